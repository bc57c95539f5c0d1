import { assert, assertNumber, show } from '../internal/assert.js';
import { assertFiniteArray } from './assertFiniteArray.js';
import { effectiveCount, type Moments, assertMoments } from './moments.js';
import { covariancePower, spectralDefaults, type SpectralOptions } from './spectral.js';

/** What a transform needs to know about a style at one layer. Plain data: it can be cached, mixed, saved and sent to a worker. */
export interface StyleOperator {
  /** Channels of the layer, `c`. */
  channels: number;
  /** Effective number of positions behind it; below 2 it is too small for a covariance. */
  samples: number;
  /** `[c]`. */
  mean: Float64Array;
  /** Standard deviation of each channel, `[c]`: all that AdaIN uses. */
  deviation: Float64Array;
  /** The symmetric square root of the covariance, row-major `[c, c]`: it colours white features. */
  sqrt: Float64Array;
  /** Directions of the covariance that were kept. */
  rank: number;
}

/** A style operator, as {@link styleOperator} makes it. */
export function assertStyleOperator(where: string, argument: string, operator: StyleOperator): void {
  assert(
    typeof operator === 'object' && 'sqrt' in operator,
    () => `${where}: ${argument} must be a style operator from styleOperator; got ${show(operator)}`,
  );
  const { channels, samples, mean, deviation, sqrt, rank } = operator;
  assertNumber(where, `${argument}.channels`, channels, { min: 1, integer: true });
  assertNumber(where, `${argument}.samples`, samples, { min: 0 });
  assertNumber(where, `${argument}.rank`, rank, { min: 0, max: channels, integer: true });
  assertFiniteArray(where, `${argument}.mean`, mean, channels);
  assertFiniteArray(where, `${argument}.deviation`, deviation, channels);
  assertFiniteArray(where, `${argument}.sqrt`, sqrt, channels * channels);
}

/**
 * The colouring half of a transform: `E D^(1/2) E^T` of a style's covariance, with its mean. Computed once per style and layer.
 *
 * One symmetric eigendecomposition, synchronous: about 0.5 s for 512 channels.
 *
 * @param moments - {@link featureMoments} of the style's features.
 * @param options - Which directions count. `shrink` is added to the style's covariance.
 * @returns Plain data.
 * @throws StyleError if a number is not finite.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { featureMoments, styleOperator } from 'pastiche/wct';
 *
 * const style = tf.tensor4d([1, 5, 9, 5], [1, 2, 2, 1]);
 * const { mean, deviation, rank } = styleOperator(await featureMoments(style));
 * console.log([mean[0], deviation[0]!.toFixed(4), rank]); // => [5, '3.2660', 1]
 * ```
 *
 * Reference: Li et al. 2017, "Universal Style Transfer via Feature Transforms", eq. 3.
 */
export function styleOperator(moments: Moments, options: SpectralOptions = {}): StyleOperator {
  assertMoments('styleOperator', 'moments', moments);
  const { channels, mean, covariance } = moments;
  const { matrix, rank } = covariancePower(moments, 0.5, spectralDefaults('styleOperator', options));
  const deviation = mean.map((_, c) => Math.sqrt(Math.max(covariance[c * channels + c]!, 0)));
  return { channels, samples: effectiveCount(moments), mean: mean.slice(), deviation, sqrt: matrix, rank };
}
