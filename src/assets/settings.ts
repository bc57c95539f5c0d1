import type { AutoencoderLevel } from '../models/index.js';
import type { Recipe } from '../pipelines/index.js';

/**
 * Settings of Gatys' method for the weights of `pastiche/assets`, found by looking at pictures: `stylize({ preset: slimRecipe, ... })`.
 * It is the default `presets.relative` with layers of its own, more weight on the style and a smoother picture.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { slimRecipe, slimWeights } from 'pastiche/assets';
 * import { loadVgg } from 'pastiche/models';
 * import { stylize } from 'pastiche/pipelines';
 *
 * const extractor = await loadVgg(slimWeights(), { upTo: 'relu4_1' });
 * const [content, style] = [tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.3), tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.6)];
 * const image = await stylize({ extractor, content, style, preset: slimRecipe, iterations: 2 });
 * console.log(image.shape); // => [1, 16, 16, 3]
 * tf.dispose([content, style, image]);
 * extractor.dispose();
 * ```
 */
export const slimRecipe: Recipe = {
  content: { layers: { relu3_2: 1 }, weight: 1, reduction: 'relative' },
  style: {
    layers: { relu1_1: 1 / 4, relu2_1: 1 / 4, relu3_1: 1 / 4, relu4_1: 1 / 4 },
    weight: 80,
    normalization: 'positions',
    reduction: 'relative',
  },
  variation: { weight: 5, norm: 'l2', reduction: 'mean' },
  init: 'content',
  iterations: 60,
  optimizer: {},
  vgg: {},
};

/** Arguments of `loadAutoencoders` and `universalStyleTransfer`. */
export interface CascadeSettings {
  /** The levels to load, from coarse to fine. */
  readonly levels: readonly AutoencoderLevel[];
  /** The strength at each of them. */
  readonly strength: readonly number[];
}

/**
 * Settings of the cascade for the weights of `pastiche/assets`, found by looking at pictures: the `levels` to load and a `strength` for each.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { slimCascade, slimWeights } from 'pastiche/assets';
 * import { loadAutoencoders } from 'pastiche/models';
 * import { universalStyleTransfer } from 'pastiche/pipelines';
 *
 * const { levels: wanted, strength } = slimCascade;
 * const levels = await loadAutoencoders(slimWeights(), { family: 'slim', levels: wanted });
 * const [content, style] = [tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.3), tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.6)];
 * const image = await universalStyleTransfer({ content, style, levels, strength });
 * console.log(image.shape); // => [1, 16, 16, 3]
 * tf.dispose([content, style, image]);
 * for (const level of levels) level.dispose();
 * ```
 */
export const slimCascade: CascadeSettings = {
  levels: [4, 3, 2, 1],
  strength: [0.8, 0.8, 0.8, 0.8],
};
