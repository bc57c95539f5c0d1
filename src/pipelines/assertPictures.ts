import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../internal/assert.js';
import { readBack } from '../internal/readBack.js';
import type { Image } from '../types.js';

/** Rejects pictures with values that are not finite, or plainly not in 0..1 (somebody's 0..255). One readback each. */
export async function assertPictures(where: string, pictures: Readonly<Record<string, Image>>): Promise<void> {
  for (const [name, image] of Object.entries(pictures)) {
    const range = tf.tidy(() => tf.stack([tf.min(image), tf.max(image), tf.sum(tf.mul(image, 0))]));
    try {
      const [min, max, zero] = (await readBack(where, range)) as unknown as [number, number, number];
      assert(zero === 0, () => `${where}: ${name} must have finite values; got NaN or infinity among its pixels`);
      assert(
        min >= -0.5 && max <= 1.5,
        () =>
          `${where}: ${name} must have values in 0..1; got ${min.toPrecision(3)}..${max.toPrecision(3)}` +
          (max > 2 ? ' (divide by 255?)' : ''),
      );
    } finally {
      range.dispose();
    }
  }
}
