import * as tf from '@tensorflow/tfjs-core';
import type { AffineMap, Moments } from 'pastiche/wct';
import { randomNumbers } from '../_setup/compare.js';

/* Plain float64 oracles: written for reading, not for speed. */

export type Matrix = number[][];

export const toMatrix = (flat: ArrayLike<number>, n: number): Matrix =>
  Array.from({ length: flat.length / n }, (_, r) => Array.from({ length: n }, (_, c) => flat[r * n + c]!));

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, value, k) => sum + value * b[k]![c]!, 0)));

export const transpose = (a: Matrix): Matrix => a[0]!.map((_, c) => a.map((row) => row[c]!));

/** Mean and covariance of rows by the textbook, in two passes; weights default to 1. */
export function momentsOf(rows: Matrix, weights: number[] = rows.map(() => 1)): Moments {
  const channels = rows[0]!.length;
  const weightSum = weights.reduce((sum, w) => sum + w, 0);
  const squaredWeightSum = weights.reduce((sum, w) => sum + w * w, 0);
  const mean = new Float64Array(channels);
  rows.forEach((row, r) => row.forEach((value, c) => (mean[c]! += (weights[r]! * value) / weightSum)));
  const covariance = new Float64Array(channels * channels);
  // A single row has no scatter, whatever it is divided by.
  const divisor = weightSum - squaredWeightSum / weightSum || 1;
  rows.forEach((row, r) => {
    for (let i = 0; i < channels; i++)
      for (let j = 0; j < channels; j++)
        covariance[i * channels + j]! += (weights[r]! * (row[i]! - mean[i]!) * (row[j]! - mean[j]!)) / divisor;
  });
  return { channels, count: weights.filter((w) => w > 0).length, weightSum, squaredWeightSum, mean, covariance };
}

/** Moments with a covariance given directly, as of 1000 positions. */
export const momentsWith = (covariance: Matrix, mean: number[] = covariance.map(() => 0)): Moments => ({
  channels: covariance.length,
  count: 1000,
  weightSum: 1000,
  squaredWeightSum: 1000,
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance.flat()),
});

/** `|M S_c M^T - S_s| / |S_s|`: how far the mapped covariance is from the style's. */
export function covarianceError(map: AffineMap, content: Moments, style: Moments): number {
  const n = map.channels;
  const transposed = toMatrix(map.matrix, n);
  const mapped = multiply(multiply(transpose(transposed), toMatrix(content.covariance, n)), transposed).flat();
  const distance = Math.hypot(...mapped.map((value, i) => value - style.covariance[i]!));
  return distance / Math.hypot(...style.covariance);
}

/** Rows like those of a ReLU layer: mixed, non-negative, about a third exact zeros, eigenvalues over three decades. */
export function reluRows(positions: number, channels: number, seed: number): Matrix {
  const next = randomNumbers(seed);
  const normal = (): number => next() + next() + next() - 1.5;
  const mixing = Array.from({ length: channels }, () =>
    Array.from({ length: channels }, (_, k) => normal() * 1.5 * 0.05 ** (k / channels)),
  );
  return Array.from({ length: positions }, () => {
    const source = Array.from({ length: channels }, normal);
    return mixing.map((row) =>
      Math.fround(Math.max(0, 0.3 + row.reduce((sum, value, k) => sum + value * source[k]!, 0))),
    );
  });
}

/** Rows as a tensor `[1, h, w, c]`. */
export const toFeatures = (rows: Matrix, height = 1): tf.Tensor4D =>
  tf.tensor4d(Float32Array.from(rows.flat()), [1, height, rows.length / height, rows[0]!.length]);

/** A random symmetric matrix, row-major. */
export function randomSymmetric(n: number, seed: number): Float64Array {
  const next = randomNumbers(seed);
  const a = new Float64Array(n * n);
  for (let r = 0; r < n; r++) for (let c = 0; c <= r; c++) a[r * n + c] = a[c * n + r] = next() - 0.5;
  return a;
}

export const norm = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0));
