import { multiply } from './dense.js';
import type { Moments } from './moments.js';
import { covariancePower, keepsAbove, type SpectralOptions } from './spectral.js';
import type { StyleOperator } from './styleOperator.js';

/*
 * Paper letters: S_c = content covariance, S_s = style covariance, K = S_s^(1/2) = style.sqrt, W = S_c^(-1/2) = whitening,
 * M = transform (y = M (x - m_c) + m_s). All pseudo-inverses: directions below the cut-off map to 0.
 */

/** How the content's distribution becomes the style's. */
export const transferMethods = ['wct', 'ot', 'adain'] as const;
/**
 * - `'wct'`: whitening and colouring, `M = S_s^(1/2) S_c^(-1/2)` (Li et al. 2017).
 * - `'ot'`: the optimal transport map between Gaussians, which moves the features least (Lu et al. 2019).
 * - `'adain'`: mean and standard deviation of each channel alone (Huang & Belongie 2017).
 */
export type TransferMethod = (typeof transferMethods)[number];

/** `M^T` with the content's part of the report. */
interface Transform {
  transposed: Float64Array;
  rankContent: number;
  largestEigenvalue: number;
  smallestKept: number;
}

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
  const isKept = keepsAbove(largestEigenvalue, spectral);
  const kept = variance.filter(isKept);
  const transposed = new Float64Array(channels * channels);
  variance.forEach((value, c) => {
    if (isKept(value)) transposed[c * (channels + 1)] = style.deviation[c]! / Math.sqrt(value);
  });
  const smallestKept = kept.length > 0 ? Math.min(...kept) : 0;
  return { transposed, rankContent: kept.length, largestEigenvalue, smallestKept };
}

/** What each method makes of the content's moments and a style. */
export const transforms = { wct: whitenAndColour, ot: transport, adain: scaleChannels };
