import type { Image } from '../types.js';
import type { StylizeOptions } from './stylizeOptions.js';
import { stylizeSteps } from './stylizeSteps.js';

/**
 * Paints the content in the style (neural style transfer). The whole of {@link stylizeSteps} in one call.
 *
 * @returns the picture of lowest loss, `[1, h, w, 3]` of the content's size in 0..1, also after an abort or the loss of a GPU
 *   (see {@link StylizeResult}). The caller owns it
 * @throws as {@link stylizeSteps}, and whatever `onStep` throws
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { noiseImage, randomVgg, stylize } from 'pastiche';
 *
 * const extractor = randomVgg({ seed: 1, width: 4, upTo: 'relu2_2' });
 * const [content, style] = [noiseImage([1, 16, 24, 3], { seed: 1 }), noiseImage([1, 20, 16, 3], { seed: 2 })];
 * const picture = await stylize({ extractor, content, style, iterations: 3, levels: 2 });
 * console.log(picture.shape); // => [1, 16, 24, 3]
 * ```
 *
 * Source: Gatys, Ecker & Bethge, Image Style Transfer Using Convolutional Neural Networks (2016). Differs from the paper in the
 * default weights (preset `'relative'`) and in keeping values in 0..1; `preset: 'gatys2016'` has the paper's loss.
 */
export async function stylize<L extends string>(options: StylizeOptions<L>): Promise<Image> {
  const { onStep, ...settings } = options;
  const steps = stylizeSteps<L>(settings);
  let result = await steps.next();
  while (result.done !== true) {
    try {
      await onStep?.(result.value);
    } catch (error) {
      await steps.return(undefined as never);
      throw error;
    }
    result = await steps.next();
  }
  return result.value.image;
}
