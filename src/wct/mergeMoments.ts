import { assert } from '../internal/assert.js';
import { type Moments, assertMoments } from './moments.js';
import { addScatter, momentsFromScatter, scatterFromMoments } from './scatter.js';

/**
 * The moments of two sets of positions taken together, exact up to float64 rounding: merge the moments of tiles, of several
 * pictures of one style, or of frames of a video.
 *
 * `mean = mean_a + (w_b / w) (mean_b - mean_a)`, and the scatter grows by `w_a w_b / w` times the outer product of the difference.
 *
 * @param a - Moments of {@link featureMoments}. Not changed.
 * @param b - Moments with the same number of channels. Not changed.
 * @returns New plain data.
 * @throws StyleError if the channels differ, or a number is not finite.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { featureMoments, mergeMoments } from 'pastiche/wct';
 *
 * const left = await featureMoments(tf.tensor4d([1, 3], [1, 1, 2, 1]));
 * const right = await featureMoments(tf.tensor4d([5, 7], [1, 1, 2, 1]));
 * const both = mergeMoments(left, right);
 * console.log([both.count, both.mean[0], both.covariance[0]!.toFixed(4)]); // => [4, 4, '6.6667']
 * ```
 *
 * Reference: Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance", eq. 2.1.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  assertMoments('mergeMoments', 'a', a);
  assertMoments('mergeMoments', 'b', b);
  assert(
    a.channels === b.channels,
    () => `mergeMoments: a and b must have the same channels; got ${a.channels} and ${b.channels}`,
  );
  const merged = scatterFromMoments(a);
  addScatter(merged, scatterFromMoments(b));
  return momentsFromScatter(merged);
}
