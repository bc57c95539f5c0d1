import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { styleLoss } from '../../src/losses/index.js';
import { type VggLayer, insertLossTaps, paddings, poolings, randomVgg } from '../../src/models/index.js';
import type { Image } from '../../src/types.js';
import { expectTensorGrowth, randomTensor } from '../_setup/compare.js';
import { peakBytes } from '../../bench/measure.js';

const picture = (h: number, w: number): Image => randomTensor<tf.Rank.R4>([1, h, w, 3], 5);

/** Losses after some layers that need no target. */
const tapsAt = (layers: readonly VggLayer[]) =>
  layers.map((layer, i) => ({ layer, loss: (f: tf.Tensor4D) => tf.mean<tf.Scalar>(tf.square(f)), weight: 1 + i }));

const cases: Record<string, readonly VggLayer[]> = {
  'relu layers': ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
  'conv layers': ['conv1_1', 'conv2_1', 'conv3_1'],
  'pools and the picture': ['image', 'pool1', 'pool2'],
  'everything of two blocks': ['image', 'conv1_1', 'relu1_1', 'conv1_2', 'relu1_2', 'pool1', 'conv2_1', 'relu2_1'],
  'a relu before its pool': ['relu1_2', 'relu2_2', 'conv3_1'],
};

describe.each(poolings)('insertLossTaps(vgg, taps, { recompute }) with %s pooling', (pooling) => {
  test.each(Object.entries(cases))('gives the same numbers with and without at %s', async (_, layers) => {
    // The borders themselves are tested in network.test.ts; a GPU in software takes its time.
    for (const padding of inject('software') ? paddings.slice(0, 1) : paddings) {
      const vgg = randomVgg({ seed: 2, width: 2, upTo: 'relu4_1', pooling, padding });
      const x = picture(17, 22);
      const [kept, recomputed] = [false, true].map((recompute) => insertLossTaps(vgg, tapsAt(layers), { recompute }));
      const a = kept!.valueAndGrad(x);
      const b = await expectTensorGrowth(3, () => recomputed!.valueAndGrad(x));
      expect(await b.value.data()).toEqual(await a.value.data());
      expect(await b.grad.data()).toEqual(await a.grad.data());
      vgg.dispose();
    }
  });
});

// What is held is the same on every backend.
test.skipIf(inject('software'))('insertLossTaps(vgg, taps, { recompute }) holds a sixth less at once', async () => {
  const vgg = randomVgg({ width: 8, upTo: 'relu5_1' });
  const x = picture(48, 48);
  const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'] as const;
  const peak = (recompute: boolean): Promise<number> => {
    const taps = layers.map((layer, i) => ({
      layer,
      loss: styleLoss({ gram: tf.zeros([1, 8 * Math.min(8, 2 ** i), 8 * Math.min(8, 2 ** i)]) }),
    }));
    const objective = insertLossTaps(vgg, taps, { recompute });
    return peakBytes(() => tf.dispose(objective.valueAndGrad(x) as unknown as tf.TensorContainer));
  };
  expect((await peak(true)) / (await peak(false))).toBeLessThan(0.86);
  vgg.dispose();
});
