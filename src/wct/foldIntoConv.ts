import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, assertTensor } from '../internal/assert.js';
import { type AffineMap, assertAffineMap } from './affineMap.js';

/** The weights of a convolution. */
export interface ConvWeights {
  /** `[k, k, in, out]`. */
  filter: Tensor4D;
  /** `[out]`. */
  bias: Tensor1D;
}

/**
 * The convolution that does an affine map and then a given convolution in one: each tap becomes `matrix filter[tap]`, and the
 * bias gains `sum_taps bias_map filter[tap]`.
 *
 * Exact where the padding repeats features (reflect, replicate) or there is none. With zero padding the border differs: the
 * map's bias would have to be padded too. Costs `k^2 c^2 out` once instead of `h w c^2` a picture, so it pays for videos and for large
 * pictures (`h w > k^2 out`).
 *
 * @param filter - `[k, k, in, out]` of the decoder's first convolution.
 * @param bias - `[out]`.
 * @param map - From {@link wctMap}, with `in` channels.
 * @returns New tensors, the caller's.
 * @throws ShapeError if the shapes do not fit.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { featureMoments, foldIntoConv, styleOperator, wctMap } from 'pastiche/wct';
 *
 * const style = styleOperator(await featureMoments(tf.tensor4d([7, 13], [1, 1, 2, 1])));
 * const map = wctMap(await featureMoments(tf.tensor4d([-1, 1], [1, 1, 2, 1])), style);
 * const folded = foldIntoConv(tf.ones([1, 1, 1, 1]), tf.tensor1d([0.5]), map);
 * console.log([folded.filter.dataSync()[0]!.toFixed(3), folded.bias.dataSync()[0]!.toFixed(3)]); // => ['3.000', '10.500']
 * ```
 */
export function foldIntoConv(filter: Tensor4D, bias: Tensor1D, map: AffineMap): ConvWeights {
  const where = 'foldIntoConv';
  assertTensor(where, 'filter', filter, 4, '[k, k, in, out]');
  assertTensor(where, 'bias', bias, 1, '[out]');
  const [height, width, channels, out] = filter.shape;
  assertAffineMap(where, 'map', map, channels);
  assert(
    bias.shape[0] === out,
    () => `${where}: bias must have the filter's ${out} outputs; got ${bias.shape[0]}`,
    ShapeError,
  );
  return tf.tidy(() => {
    // The input channels first, so that one product serves all taps.
    const taps = tf.reshape<tf.Rank.R2>(tf.transpose(filter, [2, 0, 1, 3]), [channels, height * width * out]);
    const matrix = tf.tensor2d(Float32Array.from(map.matrix), [channels, channels]);
    const row = tf.tensor2d(Float32Array.from(map.bias), [1, channels]);
    const folded = tf.reshape<tf.Rank.R4>(tf.matMul(matrix, taps), [channels, height, width, out]);
    const moved = tf.sum<Tensor1D>(tf.reshape(tf.matMul(row, taps), [height * width, out]), 0);
    return { filter: tf.transpose(folded, [1, 2, 0, 3]), bias: tf.add(bias, moved) };
  }) as unknown as ConvWeights;
}
