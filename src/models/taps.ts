import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { LayerError } from '../errors.js';
import { addAll } from '../internal/addAll.js';
import { assert, assertImage, assertNoOthers, assertNumber, show } from '../internal/assert.js';
import { closedForm, valueAndGradOf } from '../internal/differentiable.js';
import type { ClosedForm, Features, Image, LossTap } from '../types.js';
import type { FeatureExtractor, ImageGradientOptions } from './extractor.js';

const where = 'insertLossTaps';

/**
 * Puts losses behind chosen layers of a network and returns their weighted sum as a function of the picture,
 * $L(x) = \sum_k w_k\, l_k(F_{layer_k}(x))$, with its exact gradient.
 *
 * The network is never run deeper than the deepest tap. `valueAndGrad` also returns the summands, in the order of the taps.
 *
 * @param extractor - the network; it must outlive the function and is not disposed by it
 * @param taps - `{ layer, loss, weight?, name? }`; a layer may carry any number of them. `loss` is one of this library's, or
 *   any scalar function of TensorFlow.js operations
 * @param options - `recompute` for less memory
 * @returns a differentiable function of an image `[b, h, w, 3]`; it owns no tensors
 * @throws LayerError naming the known layers, where a tap asks for one that the network does not have
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { contentLoss, insertLossTaps, randomVgg } from 'pastiche';
 *
 * const vgg = randomVgg({ seed: 1, width: 4, upTo: 'relu2_1' });
 * const photo = tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.5);
 * const { relu2_1 } = vgg.features(photo, ['relu2_1']);
 * const distance = insertLossTaps(vgg, [
 *   { layer: 'relu2_1', loss: contentLoss(relu2_1) },
 *   { layer: 'relu1_1', loss: (features) => tf.mean(tf.square(features)), weight: 0.1 },
 * ]);
 * const { value, grad } = distance.valueAndGrad(photo);
 * console.log(grad.shape); // => [1, 16, 16, 3]
 * console.log(value.dataSync()[0] > 0); // => true
 * ```
 */
export function insertLossTaps<L extends string>(
  extractor: FeatureExtractor<L>,
  taps: readonly LossTap<L>[],
  options: ImageGradientOptions = {},
): ClosedForm {
  assert(taps.length > 0, () => `${where}: taps must name at least one loss; got []`);
  const { recompute = false, ...others } = options;
  assertNoOthers(where, others);
  taps.forEach(({ layer: _, loss, weight = 1, name: __, ...more }, i) => {
    assertNoOthers(`${where}: taps[${i}]`, more);
    assert(typeof loss === 'function', () => `${where}: taps[${i}].loss must be a function; got ${show(loss)}`);
    assertNumber(where, `taps[${i}].weight`, weight);
  });
  const layers = [...new Set(taps.map(({ layer }) => layer))];
  // The network itself says which layers it has; ask it now rather than at the first evaluation.
  assertLayers(extractor, layers);

  const value = (image: Image): Scalar => {
    const features = extractor.features(image, layers);
    return addAll(taps.map(({ layer, loss, weight = 1 }) => tf.mul<Scalar>(loss(features[layer]), weight)));
  };
  return closedForm({
    check: (image) => assertImage(where, 'image', image),
    partNames: partNames(taps),
    value,
    // Network and losses are differentiable by themselves, plain functions among them too.
    taped: value,
    valueAndGrad(image) {
      const parts: Scalar[] = [];
      const gradientAt: Partial<Record<L, (features: Features) => Features>> = {};
      for (const layer of layers) {
        gradientAt[layer] = (features) =>
          tf.tidy(() => {
            let sum: Features | undefined;
            taps.forEach((tap, k) => {
              if (tap.layer !== layer) return;
              const { value, grad, weight } = weighted(tap, features);
              parts[k] = tf.keep(value);
              const next = weight === 1 ? grad : tf.mul<Features>(grad, weight);
              if (next !== grad) grad.dispose();
              const total: Features = sum === undefined ? next : tf.add(sum, next);
              if (sum !== undefined) tf.dispose([sum, next]);
              sum = total;
            });
            return sum!;
          });
      }
      try {
        const grad = extractor.imageGradient(image, gradientAt, { recompute });
        const stacked = tf.stack(parts) as Tensor1D;
        return { value: tf.sum<Scalar>(stacked), grad, parts: stacked };
      } finally {
        tf.dispose(parts);
      }
    },
  });
}

function weighted<L extends string>(
  { layer, loss, weight = 1 }: LossTap<L>,
  features: Features,
): { value: Scalar; grad: Features; weight: number } {
  const { value, grad, parts } = valueAndGradOf(`${where}: the loss at ${layer}`, loss, features);
  parts?.dispose();
  return { value: tf.mul(value, weight), grad, weight };
}

function assertLayers<L extends string>(extractor: FeatureExtractor<L>, layers: readonly L[]): void {
  for (const layer of layers) {
    assert(
      extractor.layers.includes(layer),
      () => `${where}: there is no layer ${show(layer)}; the layers are ${extractor.layers.join(', ')}`,
      LayerError,
    );
  }
}

/** Unique names: a second `relu1_1` becomes `relu1_1 (2)`. */
function partNames<L extends string>(taps: readonly LossTap<L>[]): string[] {
  const seen = new Map<string, number>();
  return taps.map(({ layer, name = layer }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
