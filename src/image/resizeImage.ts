import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assertImage, assertNoOthers, assertOneOf } from '../internal/assert.js';
import type { Image } from '../types.js';
import { assertSize } from '../internal/size.js';
import { resamplingBlocks, resizeMethods, type ResizeMethod } from './resamplingBlocks.js';

/** Options of {@link resizeImage}. */
export interface ResizeOptions {
  /**
   * The interpolation kernel: `'lanczos3'` (sharpest), `'cubic'` (Catmull-Rom) or `'linear'` (never leaves the range of the
   * input). @defaultValue 'cubic'
   */
  readonly method?: ResizeMethod;
}

/** Resamples the first axis of `[side, ...rest]`. */
function resampleFirstAxis(x: Tensor4D, to: number, method: ResizeMethod): Tensor4D {
  const [from, ...rest] = x.shape;
  const width = x.size / from;
  const lines = tf.reshape(x, [from, width]);
  const pieces = resamplingBlocks(from, to, method).map(({ first, rows, columns, weights }) =>
    tf.tidy(() => tf.matMul(tf.tensor2d(weights, [rows, columns]), tf.slice(lines, [first, 0], [columns, width]))),
  );
  return tf.reshape(pieces.length === 1 ? pieces[0]! : tf.concat(pieces, 0), [to, ...rest]);
}

/**
 * Resizes a batch of pictures: `out = V x Hᵀ` for each channel, with the kernel stretched when shrinking, so that fine detail
 * is averaged instead of turning into false patterns.
 *
 * Pixel centres are at half-integers. Linear in the picture: nothing is clipped, and with `'cubic'` and `'lanczos3'` a hard
 * edge overshoots 0..1 by up to about a tenth. Not differentiable.
 *
 * @param image - `[b, h, w, 3]`.
 * @param size - `[height, width]` of the result; see {@link fitSize} to keep the proportions.
 * @returns An image `[b, height, width, 3]`; the caller owns it.
 * @throws ShapeError if `image` is no image or `size` no pair of whole numbers of at least 1; StyleError for an unknown method.
 *
 * Differs from `tf.image.resizeBilinear`, which samples without averaging when it shrinks. The conventions are those of Pillow's
 * `resize`; libvips (sharp) differs at the border, where it repeats the last pixel.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { fitSize, resizeImage } from 'pastiche/image';
 *
 * const image = tf.ones<tf.Rank.R4>([1, 60, 90, 3]);
 * const small = resizeImage(image, fitSize([60, 90], { longSide: 30 }));
 * console.log(small.shape); // => [1, 20, 30, 3]
 * ```
 */
export function resizeImage(image: Image, size: readonly [number, number], options: ResizeOptions = {}): Image {
  const { method = 'cubic', ...others } = options;
  assertNoOthers('resizeImage', others);
  assertImage('resizeImage', 'image', image);
  assertSize('resizeImage', 'size', size);
  assertOneOf('resizeImage', 'method', method, resizeMethods);
  const [height, width] = size;
  return tf.tidy(() => {
    // Each axis in turn comes to the front: 2-D products without transpose flags for the whole batch, the fast way on wasm.
    let x: Image = image;
    if (height !== x.shape[1]) {
      x = tf.transpose(resampleFirstAxis(tf.transpose(x, [1, 0, 2, 3]), height, method), [1, 0, 2, 3]);
    }
    if (width !== x.shape[2]) {
      x = tf.transpose(resampleFirstAxis(tf.transpose(x, [2, 0, 1, 3]), width, method), [1, 2, 0, 3]);
    }
    return x === image ? tf.clone(image) : x;
  });
}
