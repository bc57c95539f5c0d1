import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { ensureGradients } from 'pastiche';
import { directionalError, expectTensorGrowth, randomTensor } from '../_setup/compare.js';

/* Gradients that ordinary code around this library's functions needs, against central differences. */

const shape: [number, number, number, number] = [1, 2, 3, 2];
const other = (): tf.Tensor4D => randomTensor<tf.Rank.R4>(shape, 7, 0.5, 1.5);
const row = (): tf.Tensor => randomTensor<tf.Rank.R1>([2], 8, 0.5, 1.5);

// Each is followed by a sum of squares, so that its gradient is not constant.
const functions: Record<string, (x: tf.Tensor4D) => tf.Tensor> = {
  add: (x) => tf.add(x, other()),
  'add of a row to all': (x) => tf.add(row(), x),
  sub: (x) => tf.sub(other(), x),
  mul: (x) => tf.mul(x, other()),
  'mul by itself': (x) => tf.mul(x, x),
  'mul with a row': (x) => tf.mul(x, row()),
  'div by': (x) => tf.div(x, other()),
  'div of': (x) => tf.div(other(), x),
  squaredDifference: (x) => tf.squaredDifference(x, other()),
  'squaredDifference from': (x) => tf.squaredDifference(other(), x),
  clone: (x) => tf.clone(x),
  cast: (x) => tf.cast(x, 'float32'),
  neg: (x) => tf.neg(x),
  square: (x) => tf.square(x),
  sqrt: (x) => tf.sqrt(x),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  abs: (x) => tf.abs(tf.sub(x, 1)),
  relu: (x) => tf.relu(tf.sub(x, 1)),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  reshape: (x) => tf.reshape(x, [3, 4]),
  expandDims: (x) => tf.expandDims(x, 1),
  'sum over two axes': (x) => tf.sum(x, [1, 2]),
  'sum that keeps axes': (x) => tf.sum(x, 3, true),
  'mean over positions': (x) => tf.mean(x, [1, 2]),
  transpose: (x) => tf.transpose(x, [3, 1, 0, 2]),
  slice: (x) => tf.slice(x, [0, 1, 1, 0], [1, 1, 2, 1]),
  pad: (x) =>
    tf.pad(x, [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ]),
  addN: (x) => tf.addN([x, other(), x]),
  concat: (x) => tf.concat([other(), x, tf.mul(x, 2)], 2),
  maximum: (x) => tf.maximum(x, other()),
  'maximum of a row and all': (x) => tf.maximum(row(), x),
  minimum: (x) => tf.minimum(x, other()),
  'minimum of a row and all': (x) => tf.minimum(row(), x),
  pow: (x) => tf.pow(x, 3),
  'pow with the exponent': (x) => tf.pow(other(), x),
  rsqrt: (x) => tf.rsqrt(x),
  clipByValue: (x) => tf.clipByValue(x, 0.8, 1.2),
  max: (x) => tf.max(x, [1, 2]),
  min: (x) => tf.min(x, 3, true),
  stack: (x) => tf.stack([other(), x, tf.mul(x, 2)], 1),
  unstack: (x) => tf.mul(tf.unstack(x, 2)[0]!, tf.unstack(x, 2)[2]!),
  split: (x) => tf.mul(tf.split(x, 3, 2)[0]!, tf.split(x, [1, 2], 2)[0]!),
  'matMul from the left': (x) => tf.matMul(tf.reshape<tf.Rank.R2>(x, [3, 4]), tf.reshape<tf.Rank.R2>(other(), [4, 3])),
  'matMul with both transposed': (x) =>
    tf.matMul(tf.reshape<tf.Rank.R2>(x, [3, 4]), tf.reshape<tf.Rank.R2>(other(), [4, 3]), true, true),
  'matMul with the left transposed': (x) =>
    tf.matMul(tf.reshape<tf.Rank.R2>(other(), [4, 3]), tf.reshape<tf.Rank.R2>(x, [4, 3]), true, false),
  'matMul with the right transposed': (x) =>
    tf.matMul(tf.reshape<tf.Rank.R2>(other(), [3, 4]), tf.reshape<tf.Rank.R2>(x, [3, 4]), false, true),
};

describe('ensureGradients()', () => {
  test.each(Object.entries(functions))('the gradient of %s is that of central differences', async (_, f) => {
    ensureGradients();
    const x = randomTensor<tf.Rank.R4>(shape, 3, 0.6, 1.4);
    const loss = (at: tf.Tensor): tf.Scalar => tf.sum(tf.square(f(at as tf.Tensor4D)));
    const grad = await expectTensorGrowth(1, () => tf.tidy(() => tf.grad(loss)(x)) as tf.Tensor4D);
    expect(await directionalError(loss, x, grad, 2e-3)).toBeLessThan(5e-3);
    tf.dispose([x, grad]);
  });

  test('leaves a gradient alone that somebody has registered before', () => {
    const before = tf.getGradient(tf.Square);
    ensureGradients();
    const mine: tf.GradConfig = { kernelName: tf.Square, gradFunc: () => ({}) };
    tf.registerGradient(mine);
    ensureGradients();
    expect(tf.getGradient(tf.Square)).toBe(mine);
    tf.registerGradient(before);
  });
});
