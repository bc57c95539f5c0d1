import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assertNoOthers } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import type { Autoencoder, ReadOptions } from '../models/index.js';
import type { Image } from '../types.js';
import { type SpectralOptions, type StyleOperator, styleOperator } from '../wct/index.js';
import { spectralDefaults } from '../wct/spectral.js';
import { assertPictures } from './assertPictures.js';
import { type Subject, momentsOf } from './universalMoments.js';
import { assertAutoencoders, assertPicture } from './universalOptions.js';
import { assertMaskShape, assertMasks } from './universalMasks.js';
import type { StyleOperators } from './universalSettings.js';
import { assertTileSize, defaultTileSize } from './universalSizes.js';
import { type Run, universalClock } from './universalProgress.js';
import { fitByReflection } from './universalTiles.js';

/** Options of {@link styleOperators}. */
export interface StyleOperatorsOptions extends ReadOptions {
  /** The autoencoders that the style will be used with. Borrowed. */
  readonly levels: readonly Autoencoder[];
  /** The part of the picture that is the style, `[1, h, w, 1]` in 0..1. @defaultValue all of it */
  readonly mask?: Tensor4D;
  /** Which directions of the style count. @defaultValue `{ absoluteCutoff: 1e-5, relativeCutoff: 1e-7, shrink: 0 }` */
  readonly colouring?: SpectralOptions;
  /** Pictures with a longer side are worked on in tiles of about this size. @defaultValue 768 */
  readonly tileSize?: number;
  /** Whether a level's weights stay loaded when it is done. @defaultValue true */
  readonly keepWeights?: boolean;
}

/** The style at one level, whose weights are loaded. */
export async function operatorAt(
  level: Autoencoder,
  { image, masks }: Subject,
  tileSize: number,
  colouring: SpectralOptions,
): Promise<StyleOperator> {
  const owned = ownedTensors();
  // Reflection at the border of the deepest features needs two of them.
  const smallest = 2 * level.stride;
  const [, h, w] = image.shape;
  const size = [Math.max(h, smallest), Math.max(w, smallest)] as const;
  const direct: Run = (_, work) => Promise.resolve(work());
  try {
    const subject = {
      image: owned.own(fitByReflection(image, size)),
      masks: masks && owned.own(fitByReflection(masks, size)),
    };
    const { moments, features } = await momentsOf(level, subject, tileSize, direct);
    features?.dispose();
    return styleOperator(moments[0]!, colouring);
  } finally {
    owned.disposeAll();
  }
}

/**
 * All that universal style transfer needs to know about a style: its {@link styleOperator} at every level. Computed once, it
 * serves any number of pictures, without the style's picture and encoders; `encodeStyle` turns it into a small file.
 *
 * @param style - `[1, h, w, 3]` in 0..1, any size: a larger picture makes larger strokes.
 * @returns Plain data by the names of the levels.
 * @throws ShapeError for a picture or mask of the wrong shape; StyleError for values out of range; the signal's reason on abort
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { type Autoencoder, noiseImage, styleOperators } from 'pastiche';
 *
 * // A level that leaves pictures as they are, in the place of one from loadAutoencoders.
 * const level: Autoencoder = {
 *   level: 1, name: 'pixels', stride: 1, reach: 0, loaded: true,
 *   load: () => Promise.resolve(), encode: (x) => tf.clone(x), decode: (x) => tf.clone(x), dispose: () => undefined,
 * };
 * const operators = await styleOperators(noiseImage([1, 16, 16, 3], { mean: 0.25, deviation: 0.1 }), { levels: [level] });
 * console.log(operators['pixels']?.mean[0]?.toFixed(1)); // => '0.2'
 * ```
 */
export async function styleOperators(style: Image, options: StyleOperatorsOptions): Promise<StyleOperators> {
  const where = 'styleOperators';
  const { levels, mask, colouring = {}, tileSize = defaultTileSize, keepWeights = true, signal, ...others } = options;
  assertNoOthers(where, others);
  assertPicture(where, 'style', style);
  assertAutoencoders(where, levels);
  assertTileSize(where, tileSize);
  spectralDefaults(where, colouring);
  if (mask !== undefined) {
    assertMaskShape(where, 'mask', mask, style.shape, 1);
    await assertMasks(where, mask);
  }
  await assertPictures(where, { style });
  const { run } = universalClock(levels, signal);
  const result: Record<string, StyleOperator> = {};
  for (const level of levels) {
    try {
      await run('load', () => level.load({ signal }));
      const subject = { image: style, masks: mask };
      result[level.name] = await run('style', () => operatorAt(level, subject, tileSize, colouring));
    } finally {
      if (!keepWeights) level.dispose();
    }
  }
  return result;
}
