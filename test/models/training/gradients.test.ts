import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { convInputGradient } from '../../../src/internal/kernels/convInputGradient.js';
import { pointwiseFilterGradient } from '../../../src/internal/kernels/filterGradient.js';
import { padByOne } from '../../../src/internal/kernels/padding.js';
import { rotateKernel, rotateOnDevice } from '../../../src/internal/kernels/rotateKernel.js';
import { biasGradient, filterGradient, paddings, type Padding } from '../../../src/models/index.js';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../../_setup/compare.js';

type Shape = [number, number, number, number];

const convolution = (x: Tensor4D, filter: Tensor4D, padding: Padding): Tensor4D =>
  padding === 'zero' ? tf.conv2d(x, filter, 1, 'same') : tf.conv2d(padByOne(x, padding), filter, 1, 'valid');

/** `sum(weights * f(x))` is linear in `x`: a difference over a step of any size is exact. */
async function slopes(f: (x: Tensor4D) => Tensor, shape: Shape, weights: Tensor): Promise<number[]> {
  const zero = tf.zeros<tf.Rank.R4>(shape);
  const size = zero.size;
  const found: Promise<Float32Array>[] = [];
  for (let i = 0; i < size; i++) {
    const sum = tf.tidy(() => {
      const one = tf.tensor4d(
        Float32Array.from({ length: size }, (_, k) => (k === i ? 1 : 0)),
        shape,
      );
      return tf.sum(tf.mul(f(one), weights));
    });
    found.push(sum.data<'float32'>());
  }
  return (await Promise.all(found)).map(([value]) => value!);
}

describe.each(paddings)('a 3x3 convolution with %s padding', (padding) => {
  test.each<[string, Shape, number]>([
    ['a batch of an uneven size', [2, 5, 4, 3], 2],
    ['the smallest size', [1, 2, 2, 2], 3],
    ['one channel', [3, 4, 7, 1], 1],
  ])('filterGradient(x, dy) and biasGradient(dy) are the slopes of the loss: %s', async (_, shape, output) => {
    const x = randomTensor<tf.Rank.R4>(shape, 1, -1, 1);
    const dy = randomTensor<tf.Rank.R4>([shape[0], shape[1], shape[2], output], 2, -1, 1);
    const filter = await expectTensorGrowth(1, () => filterGradient(x, dy, { padding }));
    expect(filter.shape).toEqual([3, 3, shape[3], output]);
    const expected = await slopes((w) => convolution(x, w, padding), filter.shape, dy);
    expect(relativeL2(await filter.data(), expected)).toBeLessThan(10 * tolerance());
    const bias = await expectTensorGrowth(1, () => biasGradient(dy));
    expect(relativeL2(await bias.data(), await tf.sum(dy, [0, 1, 2]).data())).toBeLessThan(10 * tolerance());
  });

  test('the input gradient is the slope of the loss, also where border and padding meet in one pixel', async () => {
    for (const [h, w] of [
      [2, 2],
      [3, 5],
      // The last one is large enough for the ring to be computed by itself.
      [17, 16],
    ] as const) {
      const shape: Shape = h > 5 ? [1, h, w, 1] : [2, h, w, 2];
      const filter = randomTensor<tf.Rank.R4>([3, 3, shape[3], 3], 3, -1, 1);
      const dy = randomTensor<tf.Rank.R4>([shape[0], h, w, 3], 4, -1, 1);
      const dx = await expectTensorGrowth(1, () =>
        tf.tidy(() => convInputGradient(dy, rotateOnDevice(filter), padding)),
      );
      const expected = await slopes((x) => convolution(x, filter, padding), shape, dy);
      expect(relativeL2(await dx.data(), expected)).toBeLessThan(10 * tolerance());
    }
  });
});

test('filterGradient(x, dy) is what the cpu backend of TensorFlow.js has a kernel for', async () => {
  if (tf.getBackend() !== 'cpu') return;
  const x = randomTensor<tf.Rank.R4>([2, 9, 8, 5], 5, -1, 1);
  const dy = randomTensor<tf.Rank.R4>([2, 9, 8, 4], 6, -1, 1);
  const theirs = tf
    .engine()
    .runKernel(
      tf.Conv2DBackpropFilter,
      { x, dy },
      { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: null as never, filterShape: [3, 3, 5, 4] },
    );
  expect(relativeL2(await filterGradient(x, dy).data(), await (theirs as Tensor).data())).toBeLessThan(1e-6);
});

test('pointwiseFilterGradient(x, dy) is the slope of the loss', async () => {
  const x = randomTensor<tf.Rank.R4>([2, 3, 2, 3], 7, -1, 1);
  const dy = randomTensor<tf.Rank.R4>([2, 3, 2, 2], 8, -1, 1);
  const filter = pointwiseFilterGradient(x, dy);
  const expected = await slopes((w) => tf.conv2d(x, w, 1, 'valid'), [1, 1, 3, 2], dy);
  expect(filter.shape).toEqual([1, 1, 3, 2]);
  expect(relativeL2(await filter.data(), expected)).toBeLessThan(10 * tolerance());
});

test('rotateOnDevice(kernel) is rotateKernel on the host', async () => {
  const kernel = randomTensor<tf.Rank.R4>([3, 3, 2, 4], 9);
  const rotated = await expectTensorGrowth(1, () => rotateOnDevice(kernel));
  expect(rotated.shape).toEqual([3, 3, 4, 2]);
  const onHost = rotateKernel(await kernel.data<'float32'>(), kernel.shape);
  expect(relativeL2(await rotated.data(), onHost)).toBeLessThan(tolerance());
});

test('filterGradient and biasGradient say what is wrong', () => {
  const x = tf.ones<tf.Rank.R4>([1, 4, 4, 2]);
  expect(() => filterGradient(x, tf.ones([1, 4, 5, 2]))).toThrow(
    'filterGradient: x and dy must have equal batch, height and width; got a float32 tensor of shape [1, 4, 4, 2] and ' +
      'a float32 tensor of shape [1, 4, 5, 2]',
  );
  expect(() => filterGradient(x, x, { padding: 'same' as 'zero' })).toThrow(
    "filterGradient: padding must be one of 'zero', 'reflect', 'replicate'; got 'same'",
  );
  const narrow = tf.ones<tf.Rank.R4>([1, 1, 4, 2]);
  expect(() => filterGradient(narrow, narrow, { padding: 'reflect' })).toThrow(
    "filterGradient: with 'reflect' padding, x must have at least 2x2 positions; got a float32 tensor of shape [1, 1, 4, 2]",
  );
  expect(() => biasGradient(tf.ones([4, 2]) as never)).toThrow(
    'biasGradient: dy must be a float32 tensor [b, h, w, c]',
  );
});
