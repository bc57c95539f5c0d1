import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { addAll } from '../internal/addAll.js';
import { assert, assertFeatures } from '../internal/assert.js';
import type { Features } from '../types.js';
import { type AffineMap, assertAffineMap } from './affineMap.js';

/** `x matrix + bias` as one fused 1x1 convolution: 2 to 3.6 times faster than centring, whitening and colouring in turn. Inside a tidy. */
function affine(x: Features, { matrix, bias, channels }: AffineMap): Tensor4D {
  return tf.fused.conv2d<Tensor4D>({
    x,
    filter: tf.tensor4d(Float32Array.from(matrix), [1, 1, channels, channels]),
    bias: tf.tensor1d(Float32Array.from(bias)),
    strides: 1,
    pad: 'valid',
  });
}

/**
 * Applies a map to every position: `y = x matrix + bias`.
 *
 * @param features - `[b, h, w, c]`.
 * @param map - From {@link wctMap}.
 * @returns `[b, h, w, c]`, the caller's.
 * @throws ShapeError if the channels differ.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { applyAffine, featureMoments, styleOperator, wctMap } from 'pastiche/wct';
 *
 * const content = tf.tensor4d([-1, 1], [1, 1, 2, 1]);
 * const style = styleOperator(await featureMoments(tf.tensor4d([7, 13], [1, 1, 2, 1])));
 * const map = wctMap(await featureMoments(content), style);
 * console.log(Array.from(applyAffine(content, map).dataSync(), Math.round)); // => [7, 13]
 * ```
 */
export function applyAffine(features: Features, map: AffineMap): Features {
  assertFeatures('applyAffine', 'features', features);
  assertAffineMap('applyAffine', 'map', map, features.shape[3]);
  return tf.tidy(() => affine(features, map));
}

/**
 * Applies several maps, each in its own region: `y = sum_k m_k (x matrix_k + bias_k) + (1 - sum_k m_k) x`.
 *
 * Where the masks sum to less than 1, the rest is the content itself: soft borders leave no holes.
 *
 * @param features - `[b, h, w, c]`.
 * @param maps - One per region, at least one.
 * @param masks - `[b, h, w, regions]`, or `[1, h, w, regions]` for every picture; values in 0..1 that sum to at most 1.
 * @returns `[b, h, w, c]`, the caller's.
 * @throws ShapeError if the shapes do not fit.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { applyAffineMasked, featureMoments, styleOperator, wctMap } from 'pastiche/wct';
 *
 * const content = tf.tensor4d([-1, 1, 50], [1, 1, 3, 1]);
 * const mask = tf.tensor4d([1, 1, 0], [1, 1, 3, 1]);
 * const style = styleOperator(await featureMoments(tf.tensor4d([7, 13], [1, 1, 2, 1])));
 * const map = wctMap(await featureMoments(content, { mask }), style);
 * console.log(Array.from(applyAffineMasked(content, [map], mask).dataSync(), Math.round)); // => [7, 13, 50]
 * ```
 */
export function applyAffineMasked(features: Features, maps: readonly AffineMap[], masks: Tensor4D): Features {
  const where = 'applyAffineMasked';
  assertFeatures(where, 'features', features);
  assertFeatures(where, 'masks', masks);
  const [b, h, w, channels] = features.shape;
  assert(maps.length > 0, () => `${where}: maps must hold at least one map; got none`);
  maps.forEach((map, k) => {
    assertAffineMap(where, `maps[${k}]`, map, channels);
  });
  const [mb, mh, mw, regions] = masks.shape;
  assert(
    (mb === b || mb === 1) && mh === h && mw === w && regions === maps.length,
    () => `${where}: masks must have the shape [${b}, ${h}, ${w}, ${maps.length}]; got [${masks.shape.join(', ')}]`,
    ShapeError,
  );
  return tf.tidy(() => {
    const parts = maps.map((map, k) =>
      tf.tidy(() => tf.mul<Tensor4D>(affine(features, map), tf.slice(masks, [0, 0, 0, k], [mb, h, w, 1]))),
    );
    const rest = tf.sub(1, tf.sum(masks, 3, true));
    return addAll([...parts, tf.mul<Tensor4D>(features, rest)]);
  });
}
