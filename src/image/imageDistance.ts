import * as tf from '@tensorflow/tfjs-core';
import { assert, assertImage, assertNoOthers, assertNumber, assertSameShape } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { readBack } from '../internal/readBack.js';
import { sumOfSquares } from '../internal/sums.js';
import type { Image } from '../types.js';

async function meanSquare(where: string, a: Image, b: Image): Promise<number> {
  assertImage(where, 'a', a);
  assertImage(where, 'b', b);
  assertSameShape(where, 'a', a, 'b', b);
  const scope = ownedTensors();
  try {
    const sum = scope.own(tf.tidy(() => sumOfSquares(tf.sub(a, b))));
    const mean = (await readBack(where, sum))[0]! / a.size;
    assert(
      Number.isFinite(mean),
      () => `${where}: a and b must hold finite numbers; their mean squared error is ${mean}`,
    );
    return mean;
  } finally {
    scope.disposeAll();
  }
}

/**
 * The mean squared error of two batches of pictures, `mean((a - b)^2)` over all values of all pictures.
 *
 * @param a - `[b, h, w, 3]`.
 * @param b - `[b, h, w, 3]`, the same shape.
 * @throws ShapeError if an argument is no image or the shapes differ; StyleError if the pictures hold NaN or infinities.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { meanSquaredError } from 'pastiche/image';
 *
 * const black = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
 * const grey = tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.5);
 * console.log(await meanSquaredError(black, grey)); // => 0.25
 * ```
 */
export async function meanSquaredError(a: Image, b: Image): Promise<number> {
  return meanSquare('meanSquaredError', a, b);
}

/** Options of {@link psnr}. */
export interface PsnrOptions {
  /** The largest value that a picture can have. @defaultValue 1 */
  readonly peak?: number;
}

/**
 * The peak signal-to-noise ratio of two batches of pictures in decibels, `10 log10(peak^2 / mean((a - b)^2))`. `Infinity` for
 * equal pictures.
 *
 * @param a - `[b, h, w, 3]`.
 * @param b - `[b, h, w, 3]`, the same shape.
 * @throws As {@link meanSquaredError} does; StyleError if `peak` is not positive.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { psnr } from 'pastiche/image';
 *
 * const black = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
 * const grey = tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.5);
 * console.log((await psnr(black, grey)).toFixed(2)); // => '6.02'
 * ```
 */
export async function psnr(a: Image, b: Image, options: PsnrOptions = {}): Promise<number> {
  const { peak = 1, ...others } = options;
  assertNoOthers('psnr', others);
  assertNumber('psnr', 'peak', peak, { min: Number.MIN_VALUE });
  return 10 * Math.log10(peak ** 2 / (await meanSquare('psnr', a, b)));
}
