import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Features, Image } from '../../types.js';
import type { FeatureExtractor } from '../extractor.js';
import { insertLossTaps } from '../taps.js';
import { sumOf } from './chain.js';
import type { WeightedLoss } from './training.js';
import { type TrainingReduction, colorDistance, distanceTo, squaredDistance, variationDistance } from './losses.js';

/** The terms of the loss of a decoder. */
export interface DecoderLossSettings<L extends string> {
  /** Means of squares, or sums. */
  readonly reduction: TrainingReduction;
  /** Weight of the distance in pixels. */
  readonly pixelWeight: number;
  /** Weight of the distance of the mean colours of 8x8 pixels. */
  readonly colorWeight: number;
  /** Weight of the total variation of the difference. */
  readonly variationWeight: number;
  /** Weight of the distance in features. */
  readonly featureWeight: number;
  /** The layers whose features are compared. */
  readonly featureLayers: readonly L[];
}

/**
 * The loss of Li et al. 2017, section 3.1, between a picture and its reconstruction, and its gradient at the latter:
 * `pixelWeight |o - i|^2 + featureWeight sum over layers |F(o) - F(i)|^2`, the colours of 8x8 pixels,
 * and the total variation of `o - i`.
 */
export function decoderLoss<L extends string>(
  encoder: FeatureExtractor<L>,
  settings: DecoderLossSettings<L>,
  output: Image,
  image: Image,
  target: Readonly<Record<L, Features>>,
): { losses: WeightedLoss[]; gradient: Tensor4D } {
  const { reduction, pixelWeight, colorWeight, variationWeight, featureWeight, featureLayers } = settings;
  const losses: WeightedLoss[] = [];
  let gradient: Tensor4D | undefined;
  const add = (grad: Tensor4D, weight: number): void => {
    const weighted = tf.mul<Tensor4D>(grad, weight);
    grad.dispose();
    gradient = gradient === undefined ? weighted : sumOf(gradient, weighted);
  };
  const pixel = squaredDistance(output, image, reduction);
  losses.push({ name: 'pixel', value: pixel.value, weight: pixelWeight });
  add(pixel.grad, pixelWeight);
  if (colorWeight > 0) {
    const color = colorDistance(output, image, reduction);
    losses.push({ name: 'color', value: color.value, weight: colorWeight });
    add(color.grad, colorWeight);
  }
  if (variationWeight > 0) {
    const variation = variationDistance(output, image, reduction);
    losses.push({ name: 'variation', value: variation.value, weight: variationWeight });
    add(variation.grad, variationWeight);
  }
  if (featureWeight > 0 && featureLayers.length > 0) {
    const taps = featureLayers.map((layer) => ({ layer, loss: distanceTo(target[layer], reduction) }));
    const { grad, parts } = insertLossTaps(encoder, taps).valueAndGrad(output);
    tf.unstack(parts!).forEach((value, i) => {
      losses.push({ name: featureLayers[i]!, value: value as tf.Scalar, weight: featureWeight });
    });
    add(grad, featureWeight);
  }
  return { losses, gradient: gradient! };
}
