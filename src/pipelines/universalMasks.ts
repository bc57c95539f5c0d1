import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assert, assertShape, assertTensor } from '../internal/assert.js';
import { readBack } from '../internal/readBack.js';
import type { Image } from '../types.js';

/** One mask for each region, of the picture's size. */
export function assertMaskShape(
  where: string,
  argument: string,
  masks: Tensor4D,
  [, h, w]: Image['shape'],
  regions: number,
): void {
  assertTensor(where, argument, masks, 4, '[1, h, w, regions]');
  assertShape(where, argument, masks, [1, h, w, regions]);
}

/** Masks hold weights in 0..1, and no pixel belongs to more than one region in sum. */
export async function assertMasks(where: string, masks: Tensor4D): Promise<void> {
  const range = tf.tidy(() => tf.stack([tf.min(masks), tf.max(tf.sum(masks, 3)), tf.sum(tf.mul(masks, 0))]));
  try {
    const [min, max, zero] = (await readBack(where, range)) as unknown as [number, number, number];
    assert(
      zero === 0 && min >= 0 && max <= 1 + 1e-3,
      () =>
        `${where}: masks must hold values in 0..1 whose sums at each pixel are at most 1; ` +
        `got values from ${min.toPrecision(3)} and sums up to ${max.toPrecision(3)}`,
    );
  } finally {
    range.dispose();
  }
}
