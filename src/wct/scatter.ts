import type { Moments } from './moments.js';

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

/** The way back. */
export function scatterFromMoments({ covariance, ...rest }: Moments): Scatter {
  const by = divisor(rest);
  return { ...rest, mean: rest.mean.slice(), scatter: covariance.map((value) => value * by) };
}
