import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { ensureGradients } from '../../src/internal/ensureGradients.js';
import { brought } from '../../src/internal/kernels/brought.js';
import { bringColumnProducts } from '../../src/internal/kernels/columnProducts.js';
import { conv } from '../../src/internal/kernels/conv.js';
import { type Op, taped } from '../../src/internal/kernels/op.js';
import { type Padding, padByOne, padByOneGradient, paddings } from '../../src/internal/kernels/padding.js';
import { pool, upsample } from '../../src/internal/kernels/pool.js';
import { product } from '../../src/internal/kernels/product.js';
import { relu } from '../../src/internal/kernels/relu.js';
import { rotateKernel } from '../../src/internal/kernels/rotateKernel.js';
import { selfProduct } from '../../src/internal/kernels/selfProduct.js';
import { expectTensorGrowth, randomNumbers, randomTensor, relativeL2 } from '../_setup/compare.js';

type Shape = [number, number, number, number];

/** Distinct values at least 0.01 apart and away from 0, in random order: no ties, no kinks within a finite difference. */
function distinct(shape: Shape, seed: number): Tensor4D {
  const size = tf.util.sizeFromShape(shape);
  const values = Float32Array.from({ length: size }, (_, i) => (i - size / 2 + 0.5) * 0.02);
  const next = randomNumbers(seed);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return tf.tensor4d(values, shape);
}

/** The gradient of `sum(weights * op(x))` by central differences, all perturbed inputs in one batch. */
async function numericGradient(op: (x: Tensor4D) => Tensor4D, x: Tensor4D, weights: Tensor4D): Promise<Float64Array> {
  const step = 0.004;
  const base = await x.data();
  const n = x.size;
  const perturbed = new Float32Array(2 * n * n);
  for (let i = 0; i < n; i++) {
    perturbed.set(base, 2 * i * n);
    perturbed.set(base, (2 * i + 1) * n);
    perturbed[2 * i * n + i]! += step;
    perturbed[(2 * i + 1) * n + i]! -= step;
  }
  const [b, h, w, c] = x.shape;
  const out = tf.tidy(() => op(tf.tensor4d(perturbed, [2 * n * b, h, w, c])));
  const [y, wt] = [await out.data(), await weights.data()];
  out.dispose();
  const gradient = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let change = 0;
    for (let k = 0; k < wt.length; k++)
      change += wt[k]! * (y[2 * i * wt.length + k]! - y[(2 * i + 1) * wt.length + k]!);
    gradient[i] = change / (2 * step);
  }
  return gradient;
}

async function expectExactGradient(op: Op, shape: Shape): Promise<void> {
  const x = distinct(shape, 3);
  const y = op.forward(x);
  const dy = randomTensor<tf.Rank.R4>(y.shape, 5, -1, 1);
  const gradient = await expectTensorGrowth(1, () =>
    op.inputGradient(dy, { x: () => x, y: () => y, inputShape: x.shape }),
  );
  expect(gradient.shape).toEqual(x.shape);
  const numeric = await numericGradient(op.forward, x, dy);
  // Differences of float32 numbers of size 1 over 0.008: 1e-5 of rounding each, and the GPU's own.
  expect(relativeL2(await gradient.data(), numeric)).toBeLessThan(2e-3);
  ensureGradients();
  const byTape = tf.grad((input) => tf.sum(tf.mul(taped(op)(input as Tensor4D), dy)))(x);
  expect(relativeL2(await byTape.data(), await gradient.data())).toBeLessThan(1e-6);
  tf.dispose([x, y, dy, gradient, byTape]);
}

function randomConv(size: number, input: number, output: number, padding: Padding, gradients = true): Op {
  const next = randomNumbers(1);
  const values = Float32Array.from({ length: size * size * input * output }, () => 2 * next() - 1);
  const shape: Shape = [size, size, input, output];
  const tensors = { kernel: tf.tensor4d(values, shape), bias: randomTensor<tf.Rank.R1>([output], 2) };
  if (!gradients) return conv(tensors, padding);
  return conv({ ...tensors, rotated: tf.tensor4d(rotateKernel(values, shape), [size, size, output, input]) }, padding);
}

describe.each(paddings)('conv with %s padding', (padding) => {
  test.each<[string, Shape]>([
    ['an even size', [1, 4, 6, 2]],
    ['an odd size', [1, 5, 3, 2]],
    ['a batch', [2, 3, 4, 2]],
    ['the smallest picture', [1, 2, 2, 3]],
  ])('inputGradient equals finite differences for %s', async (_, shape) => {
    await expectExactGradient(randomConv(3, shape[3], 3, padding), shape);
  });

  test('inputGradient without a rotated kernel says that the network was loaded without gradients', () => {
    const dy = tf.zeros<tf.Rank.R4>([1, 4, 5, 3]);
    const pass = { x: () => dy, y: () => dy, inputShape: [1, 4, 5, 2] as Shape };
    expect(() => randomConv(3, 2, 3, padding, false).inputGradient(dy, pass)).toThrow('gradients: false');
  });

  test('forwardRelu equals relu after forward', async () => {
    const op = randomConv(3, 2, 3, padding);
    const x = distinct([1, 5, 4, 2], 8);
    const fused = await op.forwardRelu!(x).data();
    const separate = await tf.relu(op.forward(x)).data();
    expect(relativeL2(fused, separate)).toBeLessThan(1e-6);
  });
});

test('conv(kernel 1x1) has the gradient of a matrix product', async () => {
  await expectExactGradient(randomConv(1, 3, 2, 'zero'), [1, 3, 3, 3]);
});

test('padByOne(x, padding) continues a row as its name says', async () => {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const row = async (padding: Padding): Promise<number[]> => {
    const padded = padByOne(x, padding);
    expect(padded.shape).toEqual([1, 5, 5, 1]);
    return [...(await padded.data()).slice(5, 10)];
  };
  expect(await row('zero')).toEqual([0, 1, 2, 3, 0]);
  expect(await row('reflect')).toEqual([2, 1, 2, 3, 2]);
  expect(await row('replicate')).toEqual([1, 1, 2, 3, 3]);
});

test('padByOneGradient(dy, reflect) adds what the mirror shows twice', async () => {
  const dy = tf.tensor4d(
    Array.from({ length: 25 }, (_, i) => i),
    [1, 5, 5, 1],
  );
  // By finite differences of a 3x3 picture under the weights 0..24; the gradient of tf.mirrorPad gives 6 7 8 11 12 13 16 17 18.
  expect([...(await padByOneGradient(dy, 'reflect').data())]).toEqual([6, 21, 8, 33, 108, 39, 16, 51, 18]);
});

test('relu has gradient 1 above 0 and 0 below', async () => {
  await expectExactGradient(relu, [1, 4, 5, 2]);
});

describe.each(['max', 'average'] as const)('pool(%s)', (pooling) => {
  test.each<[string, Shape]>([
    ['an even size', [1, 4, 6, 2]],
    ['odd sizes', [1, 5, 7, 2]],
    ['an odd height in a batch', [2, 3, 4, 1]],
  ])('inputGradient equals finite differences for %s, floor and ceil', async (_, shape) => {
    await expectExactGradient(pool(pooling, 'floor'), shape);
    await expectExactGradient(pool(pooling, 'ceil'), shape);
  });

  test('rounds odd sizes down or up', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 5, 7, 1]);
    expect(pool(pooling, 'floor').forward(x).shape).toEqual([1, 2, 3, 1]);
    expect(pool(pooling, 'ceil').forward(x).shape).toEqual([1, 3, 4, 1]);
  });
});

test('pool(max) shares the gradient among equal maxima', async () => {
  const x = tf.tensor4d([1, 1, 0, 2, 1, 1, 2, 1], [1, 2, 4, 1]);
  const op = pool('max', 'floor');
  const y = op.forward(x);
  const dx = op.inputGradient(tf.ones([1, 1, 2, 1]), { x: () => x, y: () => y, inputShape: x.shape });
  expect([...(await dx.data())]).toEqual([0.25, 0.25, 0, 0.5, 0.25, 0.25, 0.5, 0]);
});

test.each(['floor', 'ceil'] as const)(
  'pool(max, %s).inputGradientPastRelu is the gradient of relu, then pool',
  async (by) => {
    // A third of the numbers is 0 after the relu, some windows altogether.
    const x = tf.relu(tf.round(randomTensor<tf.Rank.R4>([2, 7, 9, 3], 1, -6, 3)));
    const op = pool('max', by);
    const y = op.forward(x);
    const dy = randomTensor<tf.Rank.R4>(y.shape, 2, -1, 1);
    const pass = { x: () => x, y: () => y, inputShape: x.shape };
    const both = await expectTensorGrowth(1, () => op.inputGradientPastRelu!(dy, pass));
    const pooled = op.inputGradient(dy, pass);
    const apart = relu.inputGradient(pooled, { ...pass, y: () => x });
    expect(relativeL2(await both.data(), await apart.data())).toBe(0);
  },
);

test('upsample repeats pixels, and its gradient adds them up', async () => {
  const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  expect([...(await upsample.forward(x).data())]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  await expectExactGradient(upsample, [2, 2, 3, 2]);
});

/** `X^T X` in float64. */
function exactSelfProduct(values: ArrayLike<number>, n: number, c: number): Float64Array {
  const sums = new Float64Array(c * c);
  for (let p = 0; p < n; p++)
    for (let i = 0; i < c; i++) for (let j = 0; j < c; j++) sums[i * c + j]! += values[p * c + i]! * values[p * c + j]!;
  return sums;
}

describe.each([
  ['alone', () => delete brought.gram],
  ['with what a network brought', bringColumnProducts],
])('selfProduct(x, factor) %s', (_, prepare) => {
  beforeAll(() => {
    prepare();
  });

  // Alone on wasm: whole, padded, in parts, in parts that are padded, and a prime number of rows, which has no parts. With our own
  // loops whole vectors, in one part or several, of which the last is shorter.
  test.each([
    [5, 3],
    [512, 4],
    [9000, 2],
    [12288, 3],
    [8209, 2],
    [8209, 8],
    [700, 24],
  ])('is factor times x transposed times x for %i rows of %i', async (n, c) => {
    const x = randomTensor<tf.Rank.R2>([n, c], 1, -1, 1);
    const features: Tensor4D = tf.reshape(x, [1, n, 1, c]);
    const result = await expectTensorGrowth(1, () => selfProduct(features, 0.25));
    const expected = exactSelfProduct(await x.data(), n, c).map((value) => value / 4);
    expect(result.shape).toEqual([c, c]);
    // TensorFlow.js's backends add up all rows in a row; our own loops 256.
    const own = brought.gram !== undefined && brought.suits?.(c) === true;
    expect(relativeL2(await result.data(), expected)).toBeLessThan(own ? 1e-6 : 1e-4);
    expect(await result.data()).toEqual(await tf.transpose(result).data());
  });
});

describe.runIf(inject('backend') === 'wasm')(
  'columnProducts.shiftedProducts(x, columns, begin, rows, chooseShift) on wasm',
  () => {
    test.each([
      [16, 0, 700],
      [8, 37, 256],
      [24, 5, 1],
    ])('are those of %i columns from row %i, %i rows, with a shift and without', async (c, begin, rows) => {
      const x = randomTensor<tf.Rank.R2>([begin + rows + 3, c], 2, 0.5, 1.5);
      const values = (await x.data()).subarray(begin * c, (begin + rows) * c);
      for (const by of [0, 1]) {
        const made = await expectTensorGrowth(3, () =>
          brought.shiftedProducts!(x, c, begin, rows, () => (by === 0 ? undefined : tf.fill([c], by))),
        );
        const shifted = Float64Array.from(values, (value) => value - by);
        const expected = exactSelfProduct(shifted, rows, c);
        const above = (all: ArrayLike<number>) => Array.from(all).filter((_, i) => i % c >= Math.floor(i / c));
        expect(relativeL2(above(await made.products.data()), above(expected))).toBeLessThan(1e-6);
        const sums = Array.from({ length: c }, (_, k) =>
          shifted.reduce((sum, value, i) => (i % c === k ? sum + value : sum), 0),
        );
        expect(relativeL2(await made.sums.data(), sums)).toBeLessThan(1e-5);
        expect([...(await made.shift.data())]).toEqual(new Array(c).fill(by));
      }
    });
  },
);

describe('product(a, b)', () => {
  test.each([
    [4, 121, 4],
    [3, 5, 7],
    [5, 6, 3],
    [1, 1, 1],
  ])('is a b for %i x %i times its width by %i, also behind a shift by broadcasting', async (n, k, m) => {
    const [a, b] = [randomTensor<tf.Rank.R2>([n, k], 1), randomTensor<tf.Rank.R2>([k, m], 2)];
    const shifts = [randomTensor<tf.Rank.R2>([n, 1], 3), randomTensor<tf.Rank.R2>([1, m], 4)];
    const [x, y] = [tf.sub<tf.Tensor2D>(a, shifts[0]!), tf.sub<tf.Tensor2D>(b, shifts[1]!)];
    const result = await expectTensorGrowth(1, () => product(x, y));
    const [xs, ys] = [await x.data(), await y.data()];
    const expected = Array.from({ length: n * m }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += xs[Math.floor(i / m) * k + j]! * ys[j * m + (i % m)]!;
      return sum;
    });
    expect(relativeL2(await result.data(), expected)).toBeLessThan(1e-5);
    tf.dispose([a, b, shifts, x, y, result]);
  });
});
