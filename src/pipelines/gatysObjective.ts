import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { assertImage } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { contentLoss, gramMatrix, styleLoss, totalVariationLoss, weightedSum } from '../losses/index.js';
import { type FeatureExtractor, insertLossTaps } from '../models/index.js';
import type { ClosedForm, Differentiable, Image, LossTap } from '../types.js';
import {
  type ObjectiveOptions,
  type StyleChoice,
  assertObjectiveNames,
  resolveRecipe,
  resolveStyles,
} from './objectiveOptions.js';

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
  assertObjectiveNames(where, options);
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
    const { layers, weight: _, ...likeness } = recipe.content;
    const targets = extractor.features(content, Object.keys(contentLayers) as L[]);
    for (const [layer, weight] of Object.entries(contentLayers)) {
      const target = owned.own(targets[layer as L]);
      tap('content', layer, contentLoss(target, likeness), contentWeight * weight);
    }
    const { normalization = 'positions', reduction = 'gatys' } = recipe.style;
    const grams = mixedGrams(extractor, styles, Object.keys(styleLayers) as L[], normalization);
    for (const [layer, weight] of Object.entries(styleLayers)) {
      const gram = owned.own(grams[layer as L]);
      tap('style', layer, styleLoss({ gram }, { normalization, reduction }), styleWeight * weight);
    }
    const distances = insertLossTaps(extractor, taps, { recompute });
    if (variationWeight === 0) return Object.assign(distances, { dispose });
    const { weight, ...roughness } = recipe.variation;
    const variation = { loss: totalVariationLoss(roughness), weight: variationWeight, name: 'total variation' };
    return Object.assign(weightedSum([{ loss: distances }, variation]), { dispose });
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
