import { assert } from '../internal/assert.js';
import { assertMoments } from './assertMoments.js';
import type { Moments } from './momentsType.js';

/*
 * Merging of means and scatter matrices (Chan, Golub & LeVeque 1983, eq. 2.1), all in float64.
 * Letters: scatter = sum w (x - mean)(x - mean)^T, the covariance before it is divided.
 */

/** Moments whose covariance is not divided yet: what adds up. */
export interface Scatter extends Omit<Moments, 'covariance'> {
  /** `sum w (x - mean)(x - mean)^T`, row-major `[c, c]`. */
  scatter: Float64Array;
}

/** The moments of nothing. */
export const emptyScatter = (channels: number): Scatter => ({
  channels,
  count: 0,
  weightSum: 0,
  squaredWeightSum: 0,
  mean: new Float64Array(channels),
  scatter: new Float64Array(channels * channels),
});

/** What the scatter is divided by for an unbiased covariance: `n - 1` where all weights are 1. */
const divisor = (m: Pick<Moments, 'weightSum' | 'squaredWeightSum'>): number =>
  m.weightSum > 0 ? m.weightSum - m.squaredWeightSum / m.weightSum : 0;

/** Adds `other` to `into`, in place. */
export function addScatter(into: Scatter, other: Scatter): void {
  if (other.weightSum === 0) return;
  const weightSum = into.weightSum + other.weightSum;
  const { channels, mean, scatter } = into;
  const share = other.weightSum / weightSum;
  const spread = into.weightSum * share;
  const difference = other.mean.map((value, c) => value - mean[c]!);
  for (let r = 0; r < channels; r++) {
    const scaled = spread * difference[r]!;
    const row = r * channels;
    for (let c = 0; c < channels; c++) scatter[row + c]! += other.scatter[row + c]! + scaled * difference[c]!;
  }
  for (let c = 0; c < channels; c++) mean[c]! += share * difference[c]!;
  into.count += other.count;
  into.weightSum = weightSum;
  into.squaredWeightSum += other.squaredWeightSum;
}

/** Divides the scatter. A single position has no scatter, and its covariance is 0. */
export function momentsFromScatter({ scatter, ...rest }: Scatter): Moments {
  const by = divisor(rest);
  const { channels } = rest;
  const covariance = new Float64Array(scatter.length);
  if (by > 0)
    for (let r = 0; r < channels; r++)
      for (let c = 0; c <= r; c++) {
        const value = (scatter[r * channels + c]! + scatter[c * channels + r]!) / (2 * by);
        covariance[r * channels + c] = value;
        covariance[c * channels + r] = value;
      }
  return { ...rest, covariance };
}

function scatterFromMoments({ covariance, ...rest }: Moments): Scatter {
  const by = divisor(rest);
  return { ...rest, mean: rest.mean.slice(), scatter: covariance.map((value) => value * by) };
}

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
