import * as tf from '@tensorflow/tfjs-core';
import { assertNoOthers, assertNumber, assertOneOf } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import type { Features } from '../types.js';
import { wctMap } from './wctMap.js';
import { applyAffine } from './applyAffine.js';
import { assertPair } from './assertPair.js';
import { featureMoments } from './featureMoments.js';
import { spectralDefaults, type SpectralOptions } from './spectral.js';
import { styleOperator, type StyleOperator } from './styleOperator.js';
import { transferMethods, type TransferMethod } from './transforms.js';

/** Options of {@link wct}; a preset of {@link wctPresets} is one such object. */
export interface WctOptions {
  /** 0 returns the content's features, 1 the stylised ones, between them the blend of the two. @defaultValue 1 */
  readonly strength?: number;
  /** See {@link TransferMethod}. @defaultValue 'wct' */
  readonly method?: TransferMethod;
  /** Which directions of the content count. @defaultValue `{ absoluteCutoff: 1e-5, relativeCutoff: 1e-7, shrink: 0 }` */
  readonly whitening?: SpectralOptions;
  /** Which directions of the style count. @defaultValue `{ absoluteCutoff: 1e-5, relativeCutoff: 1e-7, shrink: 0 }` */
  readonly colouring?: SpectralOptions;
}

/**
 * Gives the content's features the mean and covariance of the style's: whitening, colouring and blending at one layer.
 *
 * Each picture of a batch has its own statistics; a batch of styles is paired with the content's, a single style serves all.
 * For a style that is used again, for regions and for mixes, compose {@link featureMoments}, {@link styleOperator}, {@link mixStyles},
 * {@link wctMap} and {@link applyAffine} yourself: this function is no more than that.
 *
 * @param content - `[b, h, w, c]`.
 * @param style - `[b, h', w', c]` or `[1, h', w', c]`; any height and width.
 * @returns `[b, h, w, c]`, the caller's.
 * @throws ShapeError if batches or channels do not fit, StyleError if a feature is not finite or an option out of range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { wct } from 'pastiche/wct';
 *
 * const content = tf.tensor4d([-1, 0, 1, 0], [1, 2, 2, 1]);
 * const style = tf.tensor4d([7, 13], [1, 1, 2, 1]);
 * const half = await wct(content, style, { strength: 0.5 });
 * console.log(Array.from(half.dataSync(), (value) => value.toFixed(2))); // => ['1.90', '5.00', '8.10', '5.00']
 * ```
 *
 * Reference: Li et al. 2017, "Universal Style Transfer via Feature Transforms", section 3.2.
 */
export async function wct(content: Features, style: Features, options: WctOptions = {}): Promise<Features> {
  const { strength = 1, method = 'wct', whitening = {}, colouring = {}, ...others } = options;
  assertNoOthers('wct', others);
  assertPair('wct', content, style);
  assertNumber('wct', 'strength', strength, { min: 0, max: 1 });
  assertOneOf('wct', 'method', method, transferMethods);
  spectralDefaults('wct', whitening);
  spectralDefaults('wct', colouring);
  const owned = ownedTensors();
  try {
    const contents = unbatch(content).map((image) => owned.own(image));
    const styles = unbatch(style).map((image) => owned.own(image));
    const operators: StyleOperator[] = [];
    for (const image of styles) operators.push(styleOperator(await featureMoments(image), colouring));
    const stylised: Features[] = [];
    for (const [i, image] of contents.entries()) {
      const map = wctMap(await featureMoments(image), operators[i] ?? operators[0]!, {
        strength,
        method,
        ...whitening,
      });
      stylised.push(owned.own(applyAffine(image, map)));
    }
    return stylised.length === 1 ? owned.release(stylised[0]!) : tf.tidy(() => tf.concat(stylised, 0));
  } finally {
    owned.disposeAll();
  }
}

/** The pictures of a batch, each `[1, h, w, c]`: new tensors. */
function unbatch(features: Features): Features[] {
  const [b, h, w, c] = features.shape;
  if (b === 1) return [tf.clone(features)];
  return Array.from({ length: b }, (_, i) => tf.slice(features, [i, 0, 0, 0], [1, h, w, c]));
}
