import { assert, assertNumber, assertOneOf } from '../internal/assert.js';
import type { AffineMap } from './affineMap.js';
import { degradation } from './degradation.js';
import { effectiveCount, type Moments, assertMoments } from './moments.js';
import { spectralDefaults, type SpectralOptions } from './spectral.js';
import { assertStyleOperator, type StyleOperator } from './styleOperator.js';
import { transferMethods, transforms, type TransferMethod } from './transforms.js';

/* Paper letters: M = transform (y = M (x - m_c) + m_s), alpha = strength; the others in transforms.ts. */

/** Options of {@link wctMap}. The spectral ones concern the content; the style's are those of {@link styleOperator}. */
export interface WctMapOptions extends SpectralOptions {
  /** 0 returns the content's features, 1 the stylised ones, between them the blend of the two. @defaultValue 1 */
  readonly strength?: number;
  /** @defaultValue 'wct' */
  readonly method?: TransferMethod;
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

const rankOf = (method: TransferMethod, { rank, deviation }: StyleOperator): number =>
  method === 'adain' ? deviation.filter((value) => value > 0).length : rank;

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
  const isEmpty = degraded?.endsWith('empty') === true;
  const fallsBack = isEmpty || degraded?.endsWith('too-few-samples') === true;
  const full = fallsBack ? identity(channels) : transposed;
  const blend = isEmpty ? 0 : strength;
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
