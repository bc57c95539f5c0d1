import * as tf from '@tensorflow/tfjs-core';
import { randomNumbers } from '../../src/internal/randomNumbers.js';
import type { Image } from '../../src/index.js';
import { epochOrder } from '../../src/models/training/epochOrder.js';
import { drawTrainingPicture } from '../pictures/training/index.js';

/** A fixed number of drawn pictures that training sees over and over, in another order every time. */
export interface PicturePool {
  /** The numbers, 0 to `count - 1`, of the pictures in the batch of a step. */
  indices(step: number): readonly number[];
  /** The batch of a step, `[batch, size, size, 3]`. The caller owns it. */
  batch(step: number): Image;
}

/** Picture `i` of the pool has the seed `firstSeed + i` and is drawn when it is first needed. */
export function picturePool(count: number, size: number, batchSize: number, firstSeed: number): PicturePool {
  const pictures = new Map<number, Float32Array>();
  const order = epochOrder(count, (epoch) => randomNumbers(firstSeed + epoch));
  const indices = (step: number): readonly number[] =>
    Array.from({ length: batchSize }, (_, i) => order(step * batchSize + i));
  const pictureOf = (index: number): Float32Array => {
    let rgb = pictures.get(index);
    if (rgb === undefined) {
      rgb = drawTrainingPicture(firstSeed + index, size);
      pictures.set(index, rgb);
    }
    return rgb;
  };
  return {
    indices,
    batch(step) {
      const values = new Float32Array(batchSize * size * size * 3);
      indices(step).forEach((index, i) => {
        values.set(pictureOf(index), i * size * size * 3);
      });
      return tf.tensor4d(values, [batchSize, size, size, 3]);
    },
  };
}
