import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assertNoOthers } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { sizeOf } from '../internal/size.js';
import type { Autoencoder, ReadOptions } from '../models/index.js';
import type { Image } from '../types.js';
import { assertPictures } from './assertPictures.js';
import { momentsOf } from './universalMoments.js';
import { assertMaskShape, assertMasks } from './universalMasks.js';
import { assertAutoencoders, assertPicture } from './universalOptions.js';
import type { PreparedContent } from './universalSettings.js';
import { assertTileSize, cascadeSize, defaultTileSize } from './universalSizes.js';
import { universalClock } from './universalProgress.js';
import { fitByReflection } from './universalTiles.js';

/** Options of {@link prepareContent}. */
export interface PrepareContentOptions extends ReadOptions {
  /** The autoencoders that the content will be used with. Borrowed. */
  readonly levels: readonly Autoencoder[];
  /** A region of the content for each style, `[1, h, w, styles]`, as in {@link universalStyleTransfer}. @defaultValue none */
  readonly masks?: Tensor4D;
  /** Pictures with a longer side are worked on in tiles of about this size. @defaultValue 768 */
  readonly tileSize?: number;
}

/**
 * What universal style transfer needs to know about a content before it meets a style: features and statistics of the deepest
 * level, which sees the content itself. Computed once, it serves any number of styles, mixtures, methods and strengths: a slider
 * then costs one encoder less. Levels above see what the deepest has painted, so theirs cannot be kept.
 *
 * @param content - `[1, h, w, 3]` in 0..1, any size.
 * @returns tensors that the caller owns: call `dispose()`. Use it in the place of the picture, with the same levels
 * @throws ShapeError for a picture or masks of the wrong shape; StyleError for values out of range; the signal's reason on abort
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { type Autoencoder, noiseImage, prepareContent, universalStyleTransfer } from 'pastiche';
 *
 * // A level that leaves pictures as they are, in the place of one from loadAutoencoders.
 * const level: Autoencoder = {
 *   level: 1, name: 'pixels', stride: 1, reach: 0, loaded: true,
 *   load: () => Promise.resolve(), encode: (x) => tf.clone(x), decode: (x) => tf.clone(x), dispose: () => undefined,
 * };
 * const [picture, style] = [noiseImage([1, 16, 24, 3], { seed: 1 }), noiseImage([1, 16, 16, 3], { seed: 2 })];
 * const content = await prepareContent(picture, { levels: [level] });
 * for (const strength of [0.3, 0.6, 0.9])
 *   (await universalStyleTransfer({ content, style, levels: [level], strength })).dispose();
 * console.log([content.level, content.features?.shape]); // => ['pixels', [1, 16, 24, 3]]
 * content.dispose();
 * ```
 */
export async function prepareContent(content: Image, options: PrepareContentOptions): Promise<PreparedContent> {
  const where = 'prepareContent';
  const { levels, masks, tileSize = defaultTileSize, signal, ...others } = options;
  assertNoOthers(where, others);
  assertPicture(where, 'content', content);
  assertAutoencoders(where, levels);
  assertTileSize(where, tileSize);
  if (masks !== undefined) assertMaskShape(where, 'masks', masks, content.shape, masks.shape[3]);
  const deepest = levels.reduce((a, b) => (b.level > a.level ? b : a));
  const size = cascadeSize(sizeOf(content), levels);
  const owned = ownedTensors();
  try {
    const image = owned.own(tf.clone(content));
    const regions = masks && owned.own(tf.clone(masks));
    await assertPictures(where, { content: image });
    if (regions !== undefined) await assertMasks(where, regions);
    const { run } = universalClock(levels, signal);
    await run('load', () => deepest.load({ signal }));
    const subject = {
      image: owned.own(fitByReflection(image, size)),
      masks: regions && owned.own(fitByReflection(regions, size)),
    };
    const { moments, features } = await momentsOf(deepest, subject, tileSize, run);
    const kept = { image, ...(regions && { masks: regions }), ...(features && { features }) };
    owned.release(image);
    if (regions !== undefined) owned.release(regions);
    return { ...kept, level: deepest.name, size, moments, dispose: () => tf.dispose(kept) };
  } finally {
    owned.disposeAll();
  }
}
