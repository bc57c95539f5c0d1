import { assert, assertNumber, show } from '../internal/assert.js';
import { assertFiniteArray } from './assertFiniteArray.js';

/** Mean and covariance of feature vectors, and how much they rest on. Plain data. */
export interface Moments {
  /** Length of a feature vector. */
  channels: number;
  /** Positions that took part: all of them, or those whose weight is above 0. */
  count: number;
  /** Sum of the weights: `count` without a mask. */
  weightSum: number;
  /** Sum of the squared weights: `count` without a mask. */
  squaredWeightSum: number;
  /** `[c]`. */
  mean: Float64Array;
  /** Unbiased, row-major `[c, c]`: divided by `weightSum - squaredWeightSum / weightSum`, which is `n - 1` without a mask. */
  covariance: Float64Array;
}

/** The number of equally weighted positions that say as much: `(sum w)^2 / sum w^2` (Kish 1965). */
export const effectiveCount = ({ weightSum, squaredWeightSum }: Moments): number =>
  squaredWeightSum > 0 ? weightSum ** 2 / squaredWeightSum : 0;

/** Plain moments, as {@link featureMoments} makes them. */
export function assertMoments(where: string, argument: string, moments: Moments): void {
  assert(
    typeof moments === 'object' && 'covariance' in moments,
    () => `${where}: ${argument} must be moments from featureMoments; got ${show(moments)}`,
  );
  const { channels, count, weightSum, squaredWeightSum, mean, covariance } = moments;
  assertNumber(where, `${argument}.channels`, channels, { min: 1, integer: true });
  assertNumber(where, `${argument}.count`, count, { min: 0, integer: true });
  assertNumber(where, `${argument}.weightSum`, weightSum, { min: 0 });
  assertNumber(where, `${argument}.squaredWeightSum`, squaredWeightSum, { min: 0 });
  assertFiniteArray(where, `${argument}.mean`, mean, channels);
  assertFiniteArray(where, `${argument}.covariance`, covariance, channels * channels);
}
