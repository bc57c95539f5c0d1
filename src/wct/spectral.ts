import { assertNoOthers, assertNumber } from '../internal/assert.js';
import { sumOfOuterProducts } from './dense.js';
import { eighSymmetric } from './eighSymmetric.js';
import type { Moments } from './moments.js';

/**
 * Which directions of a covariance count. A direction is kept where its eigenvalue, with `shrink` added, is at least
 * `max(absoluteCutoff, relativeCutoff * largest)`. Without `shrink`, at most `count - 1` directions are.
 */
export interface SpectralOptions {
  /** @defaultValue 1e-5, as in the original implementation */
  readonly absoluteCutoff?: number;
  /** Fraction of the largest eigenvalue: matters for features that are not normalised. @defaultValue 1e-7 */
  readonly relativeCutoff?: number;
  /**
   * Added to every eigenvalue: whitening then amplifies weak directions less. 1 is what several implementations add; 1e-2 to 1
   * for small regions, and for maps that are used on other pictures than their own. @defaultValue 0
   */
  readonly shrink?: number;
}

/** A power of a covariance. */
export interface SpectralPower {
  /** `sum_k (l_k + shrink)^exponent v_k v_k^T` over the directions kept, row-major `[n, n]`. */
  matrix: Float64Array;
  /** Directions kept. */
  rank: number;
  /** The largest eigenvalue, `shrink` included. */
  largestEigenvalue: number;
  /** The smallest eigenvalue kept, `shrink` included; 0 where none is. */
  smallestKept: number;
}

/** The options with their defaults, checked. */
export function spectralDefaults(where: string, options: SpectralOptions): Required<SpectralOptions> {
  const { absoluteCutoff = 1e-5, relativeCutoff = 1e-7, shrink = 0, ...others } = options;
  assertNoOthers(where, others);
  assertNumber(where, 'absoluteCutoff', absoluteCutoff, { min: 0 });
  assertNumber(where, 'relativeCutoff', relativeCutoff, { min: 0, max: 1 });
  assertNumber(where, 'shrink', shrink, { min: 0 });
  return { absoluteCutoff, relativeCutoff, shrink };
}

/** Whether a direction of this eigenvalue (or variance) counts, where `largest` is the largest of them. `shrink` is in both. */
export function keepsAbove(
  largest: number,
  { absoluteCutoff, relativeCutoff }: Required<SpectralOptions>,
): (value: number) => boolean {
  const cutoff = Math.max(absoluteCutoff, relativeCutoff * largest);
  return (value) => value >= cutoff && value > 0;
}

/** The rows and columns `members` of a symmetric matrix, symmetric to the last bit. */
function submatrix(matrix: Float64Array, n: number, members: readonly number[]): Float64Array {
  const size = members.length;
  const part = new Float64Array(size * size);
  members.forEach((row, r) => {
    members.forEach((column, c) => {
      part[r * size + c] = (matrix[row * n + column]! + matrix[column * n + row]!) / 2;
    });
  });
  return part;
}

/**
 * A real power of a covariance on the directions that count. Channels without variance (dead ReLU channels) stay out of the
 * eigenproblem: that is exact, and faster. Eigenvalues below 0 are rounding and count as 0, and so do all but the largest
 * `count - 1`: that many directions are spanned by `count` positions around their mean.
 */
export function covariancePower(
  { covariance, channels: n, count }: Pick<Moments, 'covariance' | 'channels' | 'count'>,
  exponent: number,
  options: Required<SpectralOptions>,
): SpectralPower {
  const { shrink } = options;
  const channels = Array.from({ length: n }, (_, c) => c);
  const alive = channels.filter((c) => covariance[c * n + c]! > 0);
  const { values, vectors } = eighSymmetric(submatrix(covariance, n, alive), alive.length);
  const rounding = alive.length - Math.max(count - 1, 0);
  const shifted = values.map((value, k) => (k < rounding ? 0 : Math.max(value, 0)) + shrink);
  const largestEigenvalue = alive.length > 0 ? shifted.at(-1)! : shrink;
  const isKept = keepsAbove(largestEigenvalue, options);
  const first = shifted.findIndex(isKept);
  const kept = first < 0 ? new Float64Array(0) : shifted.subarray(first);
  const part = sumOfOuterProducts(
    kept.map((value) => value ** exponent),
    vectors.subarray(Math.max(first, 0) * alive.length),
    alive.length,
  );
  const matrix = new Float64Array(n * n);
  alive.forEach((row, r) => {
    alive.forEach((column, c) => {
      matrix[row * n + column] = part[r * alive.length + c]!;
    });
  });
  const dead = isKept(shrink) ? channels.filter((c) => !(covariance[c * n + c]! > 0)) : [];
  for (const c of dead) matrix[c * n + c] = shrink ** exponent;
  const smallestKept = dead.length > 0 ? shrink : (kept[0] ?? 0);
  return { matrix, rank: kept.length + dead.length, largestEigenvalue, smallestKept };
}
