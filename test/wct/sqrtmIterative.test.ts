import * as tf from '@tensorflow/tfjs-core';
import { sqrtmIterative, styleOperator } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { expectTensorGrowth, relativeL2 } from '../_setup/compare.js';
import { momentsOf, momentsWith, multiply, norm, reluRows, toMatrix, transpose } from './_matrices.js';

const n = 32;

/** `Q diag(values) Q^T` with a Householder reflection Q, which is its own inverse. */
function withEigenvalues(values: number[]): number[][] {
  const v = values.map((_, i) => Math.sin(i + 1));
  const square = v.reduce((sum, x) => sum + x * x, 0);
  const q = v.map((a, r) => v.map((b, c) => (r === c ? 1 : 0) - (2 * a * b) / square));
  return multiply(
    q.map((row) => row.map((value, c) => value * values[c]!)),
    transpose(q),
  );
}

describe('sqrtmIterative', () => {
  it('sqrtmIterative(matrix) of condition number 4e5 squares to the matrix within 5e-5', async () => {
    const matrix = withEigenvalues(Array.from({ length: n }, (_, k) => 100 * 4e5 ** (-k / (n - 1))));
    const { sqrt, inverseSqrt } = sqrtmIterative(tf.tensor2d(matrix));
    const root = toMatrix(await sqrt.data(), n);
    expect(relativeL2(multiply(root, root).flat(), matrix.flat())).toBeLessThan(5e-5);
    const exact = styleOperator(momentsWith(matrix)).sqrt;
    expect(relativeL2(root.flat(), exact)).toBeLessThan(5e-5);
    // The inverse amplifies float32 rounding by the condition of the root, 630.
    const whitened = multiply(
      multiply(toMatrix(await inverseSqrt.data(), n), matrix),
      toMatrix(await inverseSqrt.data(), n),
    );
    expect(norm(whitened.map((row, r) => row[r]! - 1)) / Math.sqrt(n)).toBeLessThan(5e-3);
  });

  it('sqrtmIterative(covariance) of ReLU features maps one covariance to another within 5e-5', async () => {
    const [content, style] = [momentsOf(reluRows(300, n, 1)), momentsOf(reluRows(300, n, 2))];
    const whitening = sqrtmIterative(tf.tensor2d(toMatrix(content.covariance, n))).inverseSqrt;
    const colouring = sqrtmIterative(tf.tensor2d(toMatrix(style.covariance, n))).sqrt;
    const map = multiply(toMatrix(await colouring.data(), n), toMatrix(await whitening.data(), n));
    const mapped = multiply(multiply(map, toMatrix(content.covariance, n)), transpose(map)).flat();
    expect(relativeL2(mapped, style.covariance)).toBeLessThan(5e-5);
  });

  it('sqrtmIterative(matrix, { epsilon }) of deficient rank is finite, and its inverse bounded', async () => {
    const matrix = tf.tensor2d(withEigenvalues(Array.from({ length: n }, (_, k) => (k < 10 ? 10 : 0))));
    const plain = await sqrtmIterative(matrix).inverseSqrt.data();
    const bounded = await sqrtmIterative(matrix, { epsilon: 1e-6 }).inverseSqrt.data();
    expect(plain.every(Number.isFinite) && bounded.every(Number.isFinite)).toBe(true);
    // 1 / sqrt(1e-6 |S|), in at most 22 directions.
    expect(norm(bounded)).toBeLessThan(1.1 * Math.sqrt(22 / (1e-6 * 10 * Math.sqrt(10))));
    const { sqrt } = sqrtmIterative(matrix, { epsilon: 1e-6 });
    expect(
      relativeL2(
        await sqrt.data(),
        (await matrix.data()).map((value) => value / Math.sqrt(10)),
      ),
    ).toBeLessThan(0.01);
  });

  it('sqrtmIterative(0) is 0, and not NaN', async () => {
    const { sqrt, inverseSqrt } = sqrtmIterative(tf.zeros([3, 3]));
    expect((await sqrt.data()).every((value) => value === 0)).toBe(true);
    expect((await inverseSqrt.data()).every(Number.isFinite)).toBe(true);
  });

  it('sqrtmIterative(matrix, { iterations }) converges', async () => {
    const matrix = withEigenvalues(Array.from({ length: n }, (_, k) => 1.2 ** k));
    const exact = styleOperator(momentsWith(matrix)).sqrt;
    const error = async (iterations: number) =>
      relativeL2(await sqrtmIterative(tf.tensor2d(matrix), { iterations }).sqrt.data(), exact);
    expect(await error(2)).toBeGreaterThan(1e-2);
    expect(await error(12)).toBeLessThan(1e-5);
  });

  it('sqrtmIterative(matrix) adds two tensors and throws on what is not square', async () => {
    const matrix = tf.eye(4);
    await expectTensorGrowth(2, () => sqrtmIterative(matrix));
    expect(() => sqrtmIterative(tf.ones([2, 3]))).toThrow('sqrtmIterative: matrix must be square; got [2, 3]');
    expect(() => sqrtmIterative(matrix, { iterations: 0 })).toThrow('iterations must be a whole number');
    expect(() => sqrtmIterative(matrix, { epsilon: -1 })).toThrow('epsilon must be a number in 0..1');
  });
});
