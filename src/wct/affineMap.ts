import { ShapeError } from '../errors.js';
import { assert } from '../internal/assert.js';
import { assertFiniteArray } from './assertFiniteArray.js';
import type { Degradation } from './degradation.js';

/** What happened on the way to an {@link AffineMap}. */
export interface MapInfo {
  /** Directions of the content that are whitened. */
  rankContent: number;
  /** Directions of the style that are coloured. */
  rankStyle: number;
  /** Largest eigenvalue of the content's covariance, `shrink` included; for AdaIN, the largest variance. */
  largestEigenvalue: number;
  /** Smallest eigenvalue that was kept; 0 where none was. */
  smallestKept: number;
  /** Frobenius norm of the transform at full strength: above about 100 it amplifies noise visibly. */
  norm: number;
  /**
   * - `...-empty`: no position has weight (an empty mask); the map is the identity.
   * - `...-too-few-samples`: fewer than two positions have no covariance; only the mean is shifted.
   * - `...-constant`: no direction varies; the map is still what the formula says, and its result constant.
   * - `...-low-rank`: fewer than a quarter of the directions vary, often fewer positions than channels; a `shrink` helps.
   */
  degraded?: Degradation;
}

/** `y = x matrix + bias` at each position. Plain data. */
export interface AffineMap {
  /** Channels of the features that it maps, `c`; in and out are the same. */
  channels: number;
  /** Row-major `[in, out]`: a feature vector is a row, and is multiplied from the left. */
  matrix: Float64Array;
  /** `[out]`. */
  bias: Float64Array;
  /** Ranks, and why the map does less than it was asked for. */
  info: MapInfo;
}

/** A map for features of `channels` channels. */
export function assertAffineMap(where: string, argument: string, map: AffineMap, channels: number): void {
  assert(
    map.channels === channels,
    () => `${where}: ${argument} is a map of ${map.channels} channels; got ${channels} channels`,
    ShapeError,
  );
  assertFiniteArray(where, `${argument}.matrix`, map.matrix, channels * channels);
  assertFiniteArray(where, `${argument}.bias`, map.bias, channels);
}
