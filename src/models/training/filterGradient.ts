import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { assert, assertFeatures, assertNoOthers, assertOneOf, show } from '../../internal/assert.js';
import { filterGradient as exact } from '../../internal/kernels/filterGradient.js';
import { type Padding, paddings } from '../../internal/kernels/padding.js';
import { sumPositions } from '../../internal/kernels/positions.js';
import type { Features } from '../../types.js';

/**
 * The exact gradient of the filter of a 3x3 convolution with stride 1 that keeps the size:
 * $\partial L/\partial W_{k\,i\,o} = \sum_p x_{p+k,\,i}\, \partial L/\partial y_{p,\,o}$.
 *
 * One forward convolution, with batch and channels in each other's place. So it works on every backend, also on wasm, which has
 * no kernel of its own for it and takes 1.6 times as long as the convolution; with channels in multiples of 8, loops of our own
 * take a quarter of that.
 *
 * @param x - the convolution's input, `[b, h, w, in]`
 * @param dy - the loss's gradient at its output, `[b, h, w, out]`
 * @param options - `padding`: how the convolution continued its input. Default: `'zero'`
 * @returns `[3, 3, in, out]`, as `tf.conv2d` takes it; the caller owns it
 * @throws ShapeError if batch or size of `x` and `dy` differ, or the picture is too small to be mirrored
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { filterGradient } from 'pastiche/models';
 *
 * const gradient = filterGradient(tf.ones([1, 4, 4, 1]), tf.ones([1, 4, 4, 1]));
 * console.log(Array.from(gradient.dataSync())); // => [9, 12, 9, 12, 16, 12, 9, 12, 9]
 * ```
 */
export function filterGradient(x: Features, dy: Features, options: { readonly padding?: Padding } = {}): Tensor4D {
  const { padding = 'zero', ...others } = options;
  assertNoOthers('filterGradient', others);
  assertFeatures('filterGradient', 'x', x);
  assertFeatures('filterGradient', 'dy', dy);
  assertOneOf('filterGradient', 'padding', padding, paddings);
  assert(
    [0, 1, 2].every((axis) => x.shape[axis] === dy.shape[axis]),
    () => `filterGradient: x and dy must have equal batch, height and width; got ${show(x)} and ${show(dy)}`,
    ShapeError,
  );
  assert(
    padding !== 'reflect' || Math.min(x.shape[1], x.shape[2]) > 1,
    () => `filterGradient: with 'reflect' padding, x must have at least 2x2 positions; got ${show(x)}`,
    ShapeError,
  );
  return exact(x, dy, padding);
}

/**
 * The exact gradient of the bias of a convolution, the sum over all positions: `[b, h, w, c] -> [c]`.
 *
 * @param dy - the loss's gradient at the convolution's output
 * @returns `[c]`; the caller owns it
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { biasGradient } from 'pastiche/models';
 *
 * console.log(Array.from(biasGradient(tf.ones([2, 3, 3, 2])).dataSync())); // => [18, 18]
 * ```
 */
export function biasGradient(dy: Features): Tensor1D {
  assertFeatures('biasGradient', 'dy', dy);
  return sumPositions(dy);
}
