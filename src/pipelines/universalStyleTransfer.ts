import * as tf from '@tensorflow/tfjs-core';
import { ownedTensors } from '../internal/ownedTensors.js';
import type { Image } from '../types.js';
import { type StyleOperator, mixStyles, wctMap } from '../wct/index.js';
import { assertPictures } from './assertPictures.js';
import { transformLevel } from './universalLevel.js';
import { assertMasks } from './universalMasks.js';
import { resolveUniversal } from './universalOptions.js';
import type { UniversalSettings, UniversalStyleChoice } from './universalSettings.js';
import { universalClock } from './universalProgress.js';
import { operatorAt } from './universalStyles.js';
import { crop, fitByReflection } from './universalTiles.js';

const where = 'universalStyleTransfer';

/** Options of {@link universalStyleTransfer}. */
export type UniversalStyleTransferOptions = UniversalSettings & UniversalStyleChoice;

/**
 * Gives a picture any style in one pass through a few networks: at each level, from the deepest to the finest, encodes the
 * picture, gives its features the style's mean and covariance, and decodes. Nothing is trained or optimised.
 *
 * `x <- decode_l(strength (M_l (encode_l(x) - m_c) + m_s) + (1 - strength) encode_l(x))`, `M_l` by `method`; see `wctMap`.
 * The result is clipped to 0..1 at the very end only. Inner sides that networks cannot halve are continued by reflection and
 * cut off again, so that every size of content works; styles of any size too.
 *
 * Several styles are mixed by `styleWeights`, or each has a region of its own (`masks`). Levels load their weights when their turn comes.
 *
 * @returns the picture, `[1, h, w, 3]` of the content's size in 0..1. The caller owns it
 * @throws ShapeError for pictures or masks of the wrong shape; StyleError for values that are not finite or not in 0..1, or for
 *   options out of range, all before any work; on abort the signal's reason; whatever `onLevel` and the loading of weights throw
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { encodeSafetensors, loadAutoencoders, noiseImage, safetensors, universalStyleTransfer } from 'pastiche';
 *
 * // A network of nothing but its centre tap, in the place of trained weights.
 * const tap = Float32Array.from({ length: 81 }, (_, i) => (i % 9 === 4 && Math.floor(i / 27) === Math.floor(i / 9) % 3 ? 1 : 0));
 * const conv = { weight: { shape: [3, 3, 3, 3], values: tap }, bias: { shape: [3], values: new Float32Array(3) } };
 * const bytes = encodeSafetensors({
 *   'encoder.conv1_1.weight': conv.weight, 'encoder.conv1_1.bias': conv.bias,
 *   'decoder1.conv1_1.weight': conv.weight, 'decoder1.conv1_1.bias': conv.bias,
 * });
 * const levels = await loadAutoencoders(safetensors(bytes), { family: 'slim', levels: [1] });
 * const [content, style] = [noiseImage([1, 16, 24, 3], { seed: 1 }), noiseImage([1, 20, 16, 3], { seed: 2 })];
 * const picture = await universalStyleTransfer({ content, style, levels, strength: 0.8 });
 * console.log(picture.shape); // => [1, 16, 24, 3]
 * ```
 *
 * Source: Li et al., Universal Style Transfer via Feature Transforms (2017), section 3.3. Differs from the original program in
 * keeping the content's size, and in what `wctMap` lists.
 */
export async function universalStyleTransfer(options: UniversalStyleTransferOptions): Promise<Image> {
  const { content, masks, prepared, size, steps, styles, weights, ...how } = resolveUniversal(where, options);
  const { method, mix, whitening, colouring, tileSize, keepWeights, signal, onLevel } = how;
  const [, height, width] = content.shape;
  const everything = { top: 0, left: 0, height, width };
  const owned = ownedTensors();
  try {
    const kept = owned.own(tf.clone(content));
    const regions = masks && owned.own(tf.clone(masks));
    const features = prepared?.features && owned.own(tf.clone(prepared.features));
    const known = prepared && { moments: prepared.moments, features };
    const pictures = styles.map(({ image }) => image && owned.own(tf.clone(image)));
    const named = Object.fromEntries(pictures.flatMap((image, k) => (image ? [[`style ${k + 1}`, image]] : [])));
    await assertPictures(where, { content: kept, ...named });
    if (regions !== undefined) await assertMasks(where, regions);

    let image = owned.own(fitByReflection(kept, size));
    const fittedMasks = regions && owned.own(fitByReflection(regions, size));

    const clock = universalClock(
      steps.map(({ level }) => level),
      signal,
    );
    for (const [i, { level, strength }] of steps.entries()) {
      try {
        await clock.run('load', () => level.load({ signal }));
        const operators: StyleOperator[] = [];
        for (const [k, { operators: known }] of styles.entries()) {
          const compute = () => operatorAt(level, { image: pictures[k]! }, tileSize, colouring);
          operators.push(known?.[level.name] ?? (await clock.run('style', compute)));
        }
        const single = operators.length === 1 || regions !== undefined;
        const targets = single ? operators : [mixStyles(operators, weights, { mode: mix })];
        const next = await transformLevel(
          level,
          { image, masks: fittedMasks },
          tileSize,
          (moments, region) => wctMap(moments, targets[region]!, { strength, method, ...whitening }),
          clock.run,
          i === 0 ? known : undefined,
        );
        owned.dispose(image);
        image = owned.own(next.image);
        if (onLevel !== undefined) {
          const shown = owned.own(crop(image, everything));
          const maps = next.maps.map(({ info }) => info);
          await onLevel({ level: level.level, name: level.name, ...clock.report(i + 1), maps, image: shown });
          owned.dispose(shown);
        }
      } finally {
        if (!keepWeights) level.dispose();
      }
    }
    signal?.throwIfAborted();
    return tf.keep(
      tf.tidy(() => {
        const clipped = tf.clipByValue(crop(image, everything), 0, 1);
        if (regions === undefined) return clipped;
        // Outside of all regions the picture is the content itself, not what the networks make of it.
        const styled = tf.clipByValue(tf.sum<Image>(regions, 3, true), 0, 1);
        return tf.add<Image>(kept, tf.mul(styled, tf.sub(clipped, kept)));
      }),
    );
  } finally {
    owned.disposeAll();
  }
}
