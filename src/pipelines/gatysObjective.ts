import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { LayerError } from '../errors.js';
import { assert, assertImage, assertNumber, assertOneOf, show } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { contentLoss, gramMatrix, styleLoss, totalVariationLoss, weightedSum } from '../losses/index.js';
import { type FeatureExtractor, insertLossTaps } from '../models/index.js';
import type { ClosedForm, Differentiable, Image, LossTap } from '../types.js';
import { type LayerWeights, type PresetName, type Recipe, presets } from './presets.js';

/** One style picture, or several that are mixed. */
export type StyleChoice =
  | {
      /** The picture whose strokes and colours should be seen, `[1, h, w, 3]` of any size. */
      readonly style: Image;
    }
  | {
      /** The pictures whose styles are mixed, each `[1, h, w, 3]` of any size. */
      readonly styles: readonly Image[];
      /** Shares of the styles in the mixture, in any scale. @defaultValue equal shares */
      readonly styleWeights?: readonly number[];
    };

/** What {@link gatysObjective} measures. Fields that are given replace those of the preset. */
export interface ObjectiveOptions<L extends string = string> {
  /** The network. Borrowed. */
  readonly extractor: FeatureExtractor<L>;
  /** The picture whose things should be seen, `[1, h, w, 3]`. */
  readonly content: Image;
  /** A name from {@link presets}, or a recipe of your own. @defaultValue 'relative' */
  readonly preset?: PresetName | Recipe;
  /** Layers that hold the content, as a list or with weights. */
  readonly contentLayers?: readonly L[] | Readonly<Partial<Record<L, number>>>;
  /** Layers that hold the style, as a list (which share a weight of 1) or with weights. */
  readonly styleLayers?: readonly L[] | Readonly<Partial<Record<L, number>>>;
  /** Weight of all content terms. */
  readonly contentWeight?: number;
  /** Weight of all style terms. */
  readonly styleWeight?: number;
  /** Weight of the total variation: more is smoother. */
  readonly variationWeight?: number;
  /** Whether cheap values are computed twice rather than kept: see `ImageGradientOptions`. @defaultValue false */
  readonly recompute?: boolean;
}

/** The recipe behind the options, with weights for every layer. */
export function resolveRecipe<L extends string>(
  where: string,
  options: Omit<ObjectiveOptions<L>, 'extractor' | 'content'> & {
    readonly extractor: { readonly layers: readonly L[] };
  },
) {
  const { extractor, preset = 'relative' } = options;
  if (typeof preset === 'string') assertOneOf(where, 'preset', preset, Object.keys(presets));
  const recipe: Recipe = typeof preset === 'string' ? presets[preset] : preset;
  const has = (layer: string): boolean => (extractor.layers as readonly string[]).includes(layer);
  const weights = {
    contentWeight: options.contentWeight ?? recipe.content.weight,
    styleWeight: options.styleWeight ?? recipe.style.weight,
    variationWeight: options.variationWeight ?? recipe.variation.weight,
  };
  for (const [name, weight] of Object.entries(weights)) assertNumber(where, name, weight, { min: 0 });

  // Deep layers keep the things of a picture and forget its pixels; one block before the deepest is the usual place.
  const usualContent = ['relu4_2', 'relu3_2', 'relu2_2', 'relu1_1'].find(has) ?? extractor.layers.at(-1)!;
  const usualStyle = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'].filter(has);
  const contentLayers = layerWeights(options.contentLayers ?? recipe.content.layers ?? [usualContent]);
  const styleLayers = layerWeights(options.styleLayers ?? recipe.style.layers ?? usualStyle);
  for (const [name, layers] of Object.entries({ contentLayers, styleLayers })) {
    const missing = Object.keys(layers).filter((layer) => !has(layer));
    assert(
      missing.length === 0,
      () =>
        `${where}: the network has no ${missing.map(show).join(', ')} for ${name}; load more of it, or set ${name} to some of ` +
        extractor.layers.join(', '),
      LayerError,
    );
    for (const [layer, weight] of Object.entries(layers)) assertNumber(where, `${name}.${layer}`, weight, { min: 0 });
  }
  return { recipe, ...weights, contentLayers, styleLayers };
}

/** A list shares a weight of 1; a record says its own. */
function layerWeights(layers: readonly string[] | Readonly<Record<string, number | undefined>>): LayerWeights {
  if (Array.isArray(layers)) {
    const list = layers as readonly string[];
    return Object.fromEntries(list.map((layer) => [layer, 1 / list.length]));
  }
  return layers as LayerWeights;
}

/** The styles with their shares, which add up to 1. */
export function resolveStyles(where: string, choice: StyleChoice): { image: Image; share: number }[] {
  const images = 'style' in choice ? [choice.style] : choice.styles;
  const weights = 'style' in choice ? [1] : (choice.styleWeights ?? images.map(() => 1));
  assert(images.length > 0, () => `${where}: styles must hold at least one image; got []`);
  assert(
    weights.length === images.length,
    () => `${where}: styleWeights must have one number for each of ${images.length} styles; got ${show(weights)}`,
  );
  images.forEach((image, i) => assertImage(where, images.length === 1 ? 'style' : `styles[${i}]`, image));
  weights.forEach((weight, i) => assertNumber(where, `styleWeights[${i}]`, weight, { min: 0 }));
  const sum = weights.reduce((a, b) => a + b, 0);
  assert(sum > 0, () => `${where}: styleWeights must have a sum above 0; got ${show(weights)}`);
  return images.map((image, i) => ({ image, share: weights[i]! / sum }));
}

/**
 * The function that Gatys' method minimises: content distance plus style distance plus roughness of a picture,
 * $L(x) = \alpha \sum_l v_l L^{content}_l + \beta \sum_l w_l L^{style}_l + \gamma\, TV$.
 *
 * Without layers in options and preset, content is measured at `relu4_2` (or the next lower such layer that the network has)
 * and style at all of `relu1_1` to `relu5_1` that it has. Several styles are mixed by their Gram matrices.
 *
 * @returns a differentiable function of images of the content's size, with one part for each layer and one for the total
 *   variation. It owns its targets until `dispose()` is called; pictures and network are borrowed, the pictures only for this call
 * @throws LayerError if the network lacks a layer; StyleError for weights out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { gatysObjective, noiseImage, randomVgg } from 'pastiche';
 *
 * const extractor = randomVgg({ seed: 1, width: 4, upTo: 'relu3_1' });
 * const [content, style] = [noiseImage([1, 16, 16, 3], { seed: 1 }), noiseImage([1, 16, 16, 3], { seed: 2 })];
 * const objective = gatysObjective({ extractor, content, style });
 * console.log(objective.partNames?.[0]); // => 'content relu2_2'
 * objective.dispose();
 * extractor.dispose();
 * ```
 *
 * Source: Gatys, Ecker & Bethge, Image Style Transfer Using Convolutional Neural Networks (2016), equations 1 to 7.
 */
export function gatysObjective<L extends string>(options: ObjectiveOptions<L> & StyleChoice): ClosedForm {
  const where = 'gatysObjective';
  const { extractor, content, recompute = false } = options;
  assertImage(where, 'content', content);
  const styles = resolveStyles(where, options);
  const { recipe, contentWeight, styleWeight, variationWeight, contentLayers, styleLayers } = resolveRecipe(
    where,
    options,
  );

  const owned = ownedTensors();
  const losses: Differentiable[] = [];
  const dispose = (): void => {
    for (const loss of losses) loss.dispose?.();
    owned.disposeAll();
  };
  try {
    const taps: LossTap<L>[] = [];
    const tap = (kind: string, layer: string, loss: Differentiable, weight: number): void => {
      losses.push(loss);
      taps.push({ layer: layer as L, loss, weight, name: `${kind} ${layer}` });
    };
    const targets = extractor.features(content, Object.keys(contentLayers) as L[]);
    for (const [layer, weight] of Object.entries(contentLayers)) {
      const target = owned.own(targets[layer as L]);
      tap(
        'content',
        layer,
        contentLoss(target, { reduction: recipe.content.reduction ?? 'mean' }),
        contentWeight * weight,
      );
    }
    const { normalization = 'positions', reduction = 'gatys' } = recipe.style;
    const grams = mixedGrams(extractor, styles, Object.keys(styleLayers) as L[], normalization);
    for (const [layer, weight] of Object.entries(styleLayers)) {
      const gram = owned.own(grams[layer as L]);
      tap('style', layer, styleLoss({ gram }, { normalization, reduction }), styleWeight * weight);
    }
    const distances = insertLossTaps(extractor, taps, { recompute });
    if (variationWeight === 0) return Object.assign(distances, { dispose });
    const { norm, exponent, reduction: by } = recipe.variation;
    const variation = Object.fromEntries(
      Object.entries({ norm, exponent, reduction: by }).filter(([, v]) => v !== undefined),
    );
    const roughness = { loss: totalVariationLoss(variation), weight: variationWeight, name: 'total variation' };
    return Object.assign(weightedSum([{ loss: distances }, roughness]), { dispose });
  } catch (error) {
    dispose();
    throw error;
  }
}

/** `sum_k share_k G_k` for every layer. One style's features are alive at a time. */
function mixedGrams<L extends string>(
  extractor: FeatureExtractor<L>,
  styles: readonly { image: Image; share: number }[],
  layers: readonly L[],
  normalization: 'positions' | 'elements' | 'none',
): Record<L, Tensor3D> {
  return tf.tidy(() => {
    const mixed: Partial<Record<L, Tensor3D>> = {};
    for (const { image, share } of styles) {
      const grams = tf.tidy(() => {
        const features = extractor.features(image, layers);
        return layers.map((layer) => tf.mul<Tensor3D>(gramMatrix(features[layer], { normalization }), share));
      });
      layers.forEach((layer, i) => {
        const before = mixed[layer];
        mixed[layer] = before === undefined ? grams[i]! : tf.add<Tensor3D>(before, grams[i]!);
      });
    }
    return mixed as Record<L, Tensor3D>;
  });
}
