import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { conv } from '../../src/internal/kernels/conv.js';
import {
  enlargedConv,
  enlargedConvFootprint,
  enlargedKernel,
  suitsEnlarging,
} from '../../src/internal/kernels/enlargedConv.js';
import { paddings } from '../../src/internal/kernels/padding.js';
import { upsample } from '../../src/internal/kernels/pool.js';
import { peakBytes } from '../../bench/measure.js';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';

type Shape = [number, number, number, number];

/** The same convolution as one operation after an enlargement, and without one. */
function both(input: number, output: number, padding: (typeof paddings)[number]) {
  const shape: Shape = [3, 3, input, output];
  const kernel = randomTensor<tf.Rank.R4>(shape, 1, -1, 1);
  const bias = randomTensor<tf.Rank.R1>([output], 2, -1, 1);
  const values = kernel.dataSync() as Float32Array;
  const folded = tf.tensor4d(enlargedKernel(values, shape), [2, 2, input, 4 * output]);
  const numbers = [...bias.dataSync()];
  const one = enlargedConv({ kernel: folded, bias: tf.tensor1d([0, 1, 2, 3].flatMap(() => numbers)) }, padding);
  return { plain: conv({ kernel, bias }, padding), one };
}

describe('enlargedConv({ kernel: enlargedKernel(kernel, shape), bias }, padding)', () => {
  test.each(
    paddings.flatMap((padding) =>
      (
        [
          [[1, 1, 1, 2], 1],
          [[1, 5, 3, 4], 3],
          [[2, 3, 4, 3], 5],
          [[1, 40, 33, 1], 1],
        ] as [Shape, number][]
      )
        // Only wasm uses it, and a GPU in software takes seconds to compile each shape.
        .filter((_, i) => !inject('software') || i === 2)
        .map(([shape, output]) => [padding, shape, output] as const),
    ),
  )('is upsample and then conv with %s padding, %j to %i channels', async (padding, shape, output) => {
    const { plain, one } = both(shape[3], output, padding);
    const x = randomTensor<tf.Rank.R4>([...shape], 3, -1, 1);
    const large = upsample.forward(x);
    for (const how of ['forward', 'forwardRelu'] as const) {
      const [result, expected] = [await expectTensorGrowth(1, () => one[how]!(x)), plain[how]!(large)];
      expect(result.shape).toEqual(expected.shape);
      expect(relativeL2(await result.data(), await expected.data())).toBeLessThan(tolerance());
    }
  });

  test('holds what its footprint says', async () => {
    for (const [input, output] of [
      [8, 8],
      [8, 2],
    ] as const) {
      const { one } = both(input, output, 'reflect');
      const x = randomTensor<tf.Rank.R4>([1, 64, 80, input], 3);
      const peak = await peakBytes(() => one.forward(x).dispose());
      const { forwardCopies = 0 } = enlargedConvFootprint([3, 3, input, output]);
      const said = 4 * x.size * (forwardCopies + (4 * output) / input);
      expect(Math.abs(peak / said - 1)).toBeLessThan(0.15);
    }
  });

  test('is chosen where it was found faster', () => {
    expect(suitsEnlarging()).toBe(tf.getBackend() === 'wasm');
  });
});
