import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { withNoise } from '../../../src/models/training/featureNoise.js';
import type { Features } from '../../../src/types.js';
import { expectTensorGrowth } from '../../_setup/compare.js';

/** What is added to channels of size 1 and 10, for each of three pictures. */
async function noiseOf(most: number, seed: number, step: number): Promise<{ small: number; large: number }[]> {
  const x: Features = tf.tile(tf.tensor4d([1, 10], [1, 1, 1, 2]), [3, 20, 20, 1]);
  const noisy = withNoise(x, most, seed, step);
  const added = await tf.tidy(() => tf.sub(noisy, x)).data();
  tf.dispose([x, noisy]);
  const deviation = (picture: number, channel: number): number => {
    const values = Array.from({ length: 400 }, (_, i) => added[800 * picture + 2 * i + channel]!);
    return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / 400);
  };
  return [0, 1, 2].map((i) => ({ small: deviation(i, 0), large: deviation(i, 1) }));
}

test('the noise is of the size of its channel, each picture has its own, up to the most; seed and step decide it', async () => {
  const noise = await noiseOf(0.5, 3, 7);
  for (const { small, large } of noise) {
    expect(small).toBeGreaterThan(0);
    // Deviations of 400 numbers are known to 4 %.
    expect(small).toBeLessThan(0.5 * 1.15);
    expect(large / small / 10).toBeCloseTo(1, 0);
  }
  expect(new Set(noise.map(({ small }) => small.toFixed(3))).size).toBe(3);
  expect(await noiseOf(0.5, 3, 7)).toEqual(noise);
  expect(await noiseOf(0.5, 3, 8)).not.toEqual(noise);
  expect(await noiseOf(0.5, 4, 7)).not.toEqual(noise);
});

test('nothing is left over, and the features are kept', async () => {
  const x: Features = tf.fill([2, 4, 4, 3], 0.5);
  (await expectTensorGrowth(1, () => withNoise(x, 1, 0, 0))).dispose();
  expect(x.isDisposed).toBe(false);
  x.dispose();
});
