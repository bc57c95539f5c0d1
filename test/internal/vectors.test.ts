import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { combination, rowDots, stepSumNames, stepSums } from '../../src/internal/kernels/vectors.js';
import { withoutOwnLoops } from '../../src/internal/wasm/ownLoops.js';
import { vectorLoops } from '../../src/internal/wasm/vectorLoops.js';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';

type Shape = [number, number];

// Rows of whole vectors of four and eight, with what is left of them, and of less than one.
const shapes: Shape[] = [
  [3, 64],
  [5, 39],
  [7, 3],
  [1, 1],
  [2, 36],
  [301, 1021],
];
const vector = (shape: Shape, seed: number) => randomTensor<tf.Rank.R2>(shape, seed, -1, 1);
const rowsOf = (values: ArrayLike<number>, [rows, columns]: Shape): number[][] =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => values[r * columns + c]!));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test.each(shapes)('rowDots, stepSums and combination of [%i, %i] are those of float64', async (...shape) => {
  const [a, b, c, d] = [1, 2, 3, 4].map((seed) => vector(shape, seed)) as [tf.Tensor2D, ...tf.Tensor2D[]];
  const [as, bs, cs, ds] = (await Promise.all([a, b!, c!, d!].map((t) => t.data()))) as [
    Float32Array,
    ...Float32Array[],
  ];
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number[] => {
    const [xs, ys] = [rowsOf(x, shape), rowsOf(y, shape)];
    return xs.map((row, r) => sum(row.map((value, i) => value * ys[r]![i]!)));
  };

  const dots = await expectTensorGrowth(1, () => rowDots([a, b!, d!], c!)); // prettier-ignore
  expect(dots.shape).toEqual([3, shape[0]]);
  expect(relativeL2(await dots.data(), [...dot(as, cs!), ...dot(bs!, cs!), ...dot(ds!, cs!)])).toBeLessThan(1e-6);

  const { sums, maxima, gradDiff } = await expectTensorGrowth(3, () => stepSums(a, b!, c!));
  const y = bs!.map((value, i) => value - cs![i]!);
  const pairs = [[cs!, as], [as, as], [as, bs!], [as, y], [y, y], [y, bs!], [bs!, bs!]] as const; // prettier-ignore
  const expected = [...pairs.map(([u, v]) => dot(u, v)), rowsOf(bs!.map(Math.abs), shape).map(sum)];
  expect(gradDiff.shape).toEqual(shape);
  expect(relativeL2(await gradDiff.data(), y)).toBeLessThan(1e-6);
  expect(sums.shape).toEqual([stepSumNames.length, shape[0]]);
  const found = rowsOf(await sums.data(), [stepSumNames.length, shape[0]]);
  // Of the sums with both signs, as a share of what is added up.
  const scale = Math.sqrt(sum(expected[1]!) * sum(expected[6]!));
  for (const [i, row] of found.entries())
    expect(Math.hypot(...row.map((value, r) => value - expected[i]![r]!)) / scale).toBeLessThan(1e-6);
  expect([...(await maxima.data())]).toEqual(
    [bs!, as].map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  );

  const [vectors, values] = [
    [a, b!, c!, d!, a, b!],
    [as, bs!, cs!, ds!, as, bs!],
  ];
  const factors = [1, -0.3, 2.5, 0.01, 0.7, -1.1];
  for (let count = 1; count <= 6; count++) {
    const combined = await expectTensorGrowth(1, () => combination(vectors.slice(0, count), factors.slice(0, count)));
    const wanted = Array.from(as, (_, i) => sum(factors.slice(0, count).map((factor, k) => factor * values[k]![i]!)));
    expect(combined.shape).toEqual(shape);
    expect(relativeL2(await combined.data(), wanted)).toBeLessThan(1e-6);
  }
});

test('combination(vectors, factors) is a new tensor, of one vector too', async () => {
  const x = vector([4, 5], 1);
  const copy = combination([x], [1]);
  const values = await x.data();
  x.dispose();
  expect(await copy.data()).toEqual(values);
});

test('what is not a number stays none', async () => {
  const x = tf.tensor2d([1, NaN, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 6]);
  const { sums, maxima, gradDiff } = stepSums(x, x, x);
  for (const made of [rowDots([x], x), sums, maxima, gradDiff, combination([x, x], [1, 0])]) {
    expect((await made.data()).some(Number.isNaN)).toBe(true);
  }
  // The second row is one of numbers.
  expect((await rowDots([x], x).data())[1]).toBe(49 + 64 + 81 + 100 + 121 + 144);
});

describe.runIf(inject('backend') === 'wasm')('on wasm', () => {
  test('our own kernels run, and agree with those of TensorFlow.js', async () => {
    expect(vectorLoops()).toBeDefined();
    const [x, y] = [vector([40, 200], 1), vector([40, 200], 2)];
    const run = (): tf.Tensor[] => {
      const { sums, maxima, gradDiff } = stepSums(x, y, x);
      return [rowDots([x, y, x], y), sums, maxima, gradDiff, combination([x, y, x], [2, 3, 4])];
    };
    const [own, theirs] = [run(), withoutOwnLoops(run)];
    for (const [i, tensor] of own.entries()) {
      expect(relativeL2(await tensor.data(), await theirs[i]!.data())).toBeLessThan(1e-6);
    }
  });

  test('a tensor that another backend made is brought over', async () => {
    const plain = vector([4, 8], 3);
    const values = await plain.data();
    const [total] = await tf.sum(rowDots([plain], plain)).data();
    expect(total).toBeCloseTo(sum([...values].map((value) => value * value)), 5);
  });
});
