import { noiseImage } from '../image/index.js';
import { assertNoOthers, assertNumber } from '../internal/assert.js';
import { assertSize } from '../internal/size.js';
import type { Image } from '../types.js';
import { givenStyles, type StyleList, styleShares } from './styleShares.js';
import { isPicture } from './universalOptions.js';
import type { StyleOperators, UniversalSettings, UniversalStyleChoice } from './universalSettings.js';
import { defaultTileSize } from './universalSizes.js';
import { styleOperators } from './universalStyles.js';
import { universalStyleTransfer } from './universalStyleTransfer.js';

/** Options of {@link synthesizeTexture}. */
export type SynthesizeTextureOptions = Omit<UniversalSettings, 'content' | 'strength' | 'masks' | 'memoryBudget'> &
  UniversalStyleChoice & {
    /** `[height, width]` of the result. */
    readonly size: readonly [height: number, width: number];
    /** Seed of the noise that it is made from. @defaultValue 0 */
    readonly seed?: number;
    /** How often the levels are gone through. @defaultValue 3 */
    readonly rounds?: number;
  };

/**
 * A picture of any size with the texture of the style and no content: universal style transfer of seeded noise, several times
 * over. Another seed makes another picture of the same texture.
 *
 * @returns the picture, `[1, height, width, 3]` in 0..1. The caller owns it
 * @throws as {@link universalStyleTransfer}
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { type Autoencoder, noiseImage, synthesizeTexture } from 'pastiche';
 *
 * // A level that leaves pictures as they are, in the place of one from loadAutoencoders.
 * const level: Autoencoder = {
 *   level: 1, name: 'pixels', stride: 1, reach: 0, loaded: true,
 *   load: () => Promise.resolve(), encode: (x) => tf.clone(x), decode: (x) => tf.clone(x), dispose: () => undefined,
 * };
 * const style = noiseImage([1, 16, 16, 3], { mean: 0.7, deviation: 0.05 });
 * const texture = await synthesizeTexture({ style, levels: [level], size: [12, 20], rounds: 1 });
 * console.log(texture.shape); // => [1, 12, 20, 3]
 * ```
 *
 * Source: Li et al., Universal Style Transfer via Feature Transforms (2017), section 4.3.
 */
export async function synthesizeTexture(options: SynthesizeTextureOptions): Promise<Image> {
  const where = 'synthesizeTexture';
  const all: Omit<SynthesizeTextureOptions, 'style' | 'styles'> & StyleList<Image | StyleOperators> = options;
  const { size, seed = 0, rounds = 3, style: _, styles: __, ...settings } = all;
  const { levels, colouring = {}, tileSize = defaultTileSize, signal, ...how } = settings;
  const { method, mix, whitening, keepWeights, onLevel, styleWeights, ...others } = how;
  assertNoOthers(where, others);
  const given = givenStyles<Image | StyleOperators>(where, options);
  styleShares(where, styleWeights, given.length);
  assertSize(where, 'size', size);
  assertNumber(where, 'rounds', rounds, { integer: true, min: 1 });
  let image = noiseImage([1, ...size, 3], { seed });
  try {
    // Each style is looked at once, whatever the number of rounds.
    const styles: (Image | StyleOperators)[] = [];
    for (const [, style] of given) {
      const known = isPicture(style) ? await styleOperators(style, { levels, colouring, tileSize, signal }) : style;
      styles.push(known);
    }
    for (let round = 0; round < rounds; round++) {
      const next = await universalStyleTransfer({ ...settings, styles, content: image });
      image.dispose();
      image = next;
    }
    return image;
  } catch (error) {
    image.dispose();
    throw error;
  }
}
