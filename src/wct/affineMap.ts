import { assert, assertNumber, assertOneOf } from '../internal/assert.js';
import { assertMoments } from './assertMoments.js';
import { multiply } from './dense.js';
import { effectiveCount, type Moments } from './momentsType.js';
import { covariancePower, spectralDefaults, type SpectralOptions } from './spectral.js';
import { assertStyleOperator, type StyleOperator } from './styleOperator.js';

/*
 * Paper letters: S_c = content covariance, S_s = style covariance, K = S_s^(1/2) = style.sqrt, W = S_c^(-1/2) = whitening,
 * M = transform (y = M (x - m_c) + m_s), alpha = strength. All pseudo-inverses: directions below the cut-off map to 0.
 */

/** How the content's distribution becomes the style's. */
export const transferMethods = ['wct', 'ot', 'adain'] as const;
/**
 * - `'wct'`: whitening and colouring, `M = S_s^(1/2) S_c^(-1/2)` (Li et al. 2017).
 * - `'ot'`: the optimal transport map between Gaussians, which moves the features least (Lu et al. 2019).
 * - `'adain'`: mean and standard deviation of each channel alone (Huang & Belongie 2017).
 */
export type TransferMethod = (typeof transferMethods)[number];

/** Why a map does less than it was asked for. See {@link MapInfo.degraded}. */
export type Degradation = `${'content' | 'style'}-${'empty' | 'too-few-samples' | 'constant' | 'low-rank'}`;

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

/** Options of {@link wctMap}. The spectral ones concern the content; the style's are those of {@link styleOperator}. */
export interface WctMapOptions extends SpectralOptions {
  /** 0 returns the content's features, 1 the stylised ones, between them the blend of the two. @defaultValue 1 */
  readonly strength?: number;
  /** @defaultValue 'wct' */
  readonly method?: TransferMethod;
}

/** `M^T` with the content's part of the report. */
interface Transform extends Pick<MapInfo, 'rankContent' | 'largestEigenvalue' | 'smallestKept'> {
  transposed: Float64Array;
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

function whitenAndColour(content: Moments, style: StyleOperator, spectral: Required<SpectralOptions>): Transform {
  const { channels } = content;
  const { matrix: whitening, rank, ...rest } = covariancePower(content, -0.5, spectral);
  // Both are symmetric, so (K W)^T = W K.
  return { transposed: multiply(whitening, style.sqrt, channels), rankContent: rank, ...rest };
}

/**
 * `M = K (K S_c K)^(-1/2) K`. S_c is cut off first, in its own basis: behind K its rounding noise could no longer be told
 * from weak directions. The inner cut-off is that of float64.
 */
function transport(content: Moments, style: StyleOperator, spectral: Required<SpectralOptions>): Transform {
  const { channels } = content;
  const { matrix: covariance, rank, ...rest } = covariancePower(content, 1, spectral);
  const inner = multiply(multiply(style.sqrt, covariance, channels), style.sqrt, channels);
  const float64 = { absoluteCutoff: 0, relativeCutoff: 1e-12, shrink: 0 };
  const { matrix: inverse } = covariancePower({ covariance: inner, channels, count: Infinity }, -0.5, float64);
  const transposed = multiply(multiply(style.sqrt, inverse, channels), style.sqrt, channels);
  return { transposed, rankContent: rank, ...rest };
}

function scaleChannels(content: Moments, style: StyleOperator, spectral: Required<SpectralOptions>): Transform {
  const { channels, covariance } = content;
  const variance = style.deviation.map((_, c) => Math.max(covariance[c * (channels + 1)]!, 0) + spectral.shrink);
  const largestEigenvalue = Math.max(...variance);
  const cutoff = Math.max(spectral.absoluteCutoff, spectral.relativeCutoff * largestEigenvalue);
  const kept = variance.filter((value) => value >= cutoff && value > 0);
  const transposed = new Float64Array(channels * channels);
  variance.forEach((value, c) => {
    if (value >= cutoff && value > 0) transposed[c * (channels + 1)] = style.deviation[c]! / Math.sqrt(value);
  });
  const smallestKept = kept.length > 0 ? Math.min(...kept) : 0;
  return { transposed, rankContent: kept.length, largestEigenvalue, smallestKept };
}

const transforms = { wct: whitenAndColour, ot: transport, adain: scaleChannels };

const rankOf = (method: TransferMethod, { rank, deviation }: StyleOperator): number =>
  method === 'adain' ? deviation.filter((value) => value > 0).length : rank;

const lowRank = (rank: number, channels: number): 'constant' | 'low-rank' | undefined =>
  rank === 0 ? 'constant' : rank < channels / 4 ? 'low-rank' : undefined;

/** The first of the reasons that applies, the gravest first. */
function degradation(samples: [number, number], ranks: [number, number], channels: number): Degradation | undefined {
  const sides = ['content', 'style'] as const;
  const reasons = [
    ...sides.map((side, i) => (samples[i]! > 0 ? undefined : (`${side}-empty` as const))),
    // A sum of float32 weights of two whole positions may fall short of 2 by rounding.
    ...sides.map((side, i) => (samples[i]! >= 2 - 1e-6 ? undefined : (`${side}-too-few-samples` as const))),
    ...sides.map((side, i) => {
      const reason = lowRank(ranks[i]!, channels);
      return reason === undefined ? undefined : (`${side}-${reason}` as const);
    }),
  ];
  return reasons.find((reason) => reason !== undefined);
}

/**
 * The affine map that gives the content's features the mean and covariance of a style:
 * `y = strength (M (x - m_c) + m_s) + (1 - strength) x`, folded into one matrix and one bias.
 *
 * Everything happens in float64 on the CPU: one eigendecomposition, two for `'ot'`. Numerical trouble is reported in
 * {@link MapInfo.degraded}, never thrown, and never makes a NaN. Channels of the content that do not vary receive the style's
 * mean, but cannot receive its variance.
 *
 * @param content - {@link featureMoments} of the content's features.
 * @param style - {@link styleOperator} of the style's, or a mix of several.
 * @returns Plain data, for {@link applyAffine}.
 * @throws StyleError if the channels differ, an option is out of range, or a number is not finite.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { featureMoments, styleOperator, wctMap } from 'pastiche/wct';
 *
 * const content = await featureMoments(tf.tensor4d([-1, 1], [1, 1, 2, 1]));
 * const style = styleOperator(await featureMoments(tf.tensor4d([7, 13], [1, 1, 2, 1])));
 * const { matrix, bias, info } = wctMap(content, style);
 * console.log([matrix[0]!.toFixed(3), bias[0]!.toFixed(3), info.rankContent]); // => ['3.000', '10.000', 1]
 * ```
 *
 * References: Li et al. 2017, "Universal Style Transfer via Feature Transforms", eqs. 2-4; Lu et al. 2019, "A Closed-Form
 * Solution to Universal Style Transfer"; Huang & Belongie 2017, eq. 8.
 *
 * Differs from the original implementation in the relative cut-off, which acts only where the largest eigenvalue is above
 * 100, and in the fallbacks for empty regions and single positions.
 */
export function wctMap(content: Moments, style: StyleOperator, options: WctMapOptions = {}): AffineMap {
  const where = 'wctMap';
  assertMoments(where, 'content', content);
  assertStyleOperator(where, 'style', style);
  const { channels } = content;
  assert(
    channels === style.channels,
    () => `${where}: content and style must have the same channels; got ${channels} and ${style.channels}`,
  );
  const { strength = 1, method = 'wct', ...spectralOptions } = options;
  assertNumber(where, 'strength', strength, { min: 0, max: 1 });
  assertOneOf(where, 'method', method, transferMethods);
  const spectral = spectralDefaults(where, spectralOptions);

  const { transposed, ...report } = transforms[method](content, style, spectral);
  const rankStyle = rankOf(method, style);
  const degraded = degradation([effectiveCount(content), style.samples], [report.rankContent, rankStyle], channels);
  const fallsBack = degraded?.endsWith('empty') === true || degraded?.endsWith('too-few-samples') === true;
  const full = fallsBack ? identity(channels) : transposed;
  const blend = degraded?.endsWith('empty') === true ? 0 : strength;
  return {
    channels,
    matrix: full.map((value, i) => blend * value + (i % (channels + 1) === 0 ? 1 - blend : 0)),
    bias: style.mean.map((mean, column) => {
      let moved = 0;
      for (let row = 0; row < channels; row++) moved += content.mean[row]! * full[row * channels + column]!;
      return blend === 0 ? 0 : blend * (mean - moved);
    }),
    info: {
      ...report,
      rankStyle,
      norm: Math.sqrt(full.reduce((sum, value) => sum + value * value, 0)),
      ...(degraded === undefined ? {} : { degraded }),
    },
  };
}
