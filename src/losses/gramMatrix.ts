import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { assertFeatures, assertNoOthers, assertOneOf } from '../internal/assert.js';
import { onTape } from '../internal/differentiable.js';
import { ensureBasicGradients } from '../internal/basicGradients.js';
import { product } from '../internal/kernels/product.js';
import { selfProduct } from '../internal/kernels/selfProduct.js';
import { assertFloat32 } from '../internal/precision.js';
import type { Features } from '../types.js';

/** What a Gram matrix can be divided by: nothing, `h*w`, or `c*h*w`. */
export const gramNormalizations = ['positions', 'elements', 'none'] as const;
/** See {@link GramOptions.normalization}. */
export type GramNormalization = (typeof gramNormalizations)[number];

/** Options of {@link gramMatrix}. */
export interface GramOptions {
  /**
   * `'positions'` divides by `h*w`, so that pictures of different sizes can be compared; `'elements'` by `c*h*w`; `'none'` is
   * the plain $F^\top F$. @defaultValue 'positions'
   */
  readonly normalization?: GramNormalization;
}

/** The factor `1/n` of a normalization. */
export function gramFactor([, h, w, c]: Features['shape'], normalization: GramNormalization): number {
  if (normalization === 'none') return 1;
  return 1 / (normalization === 'positions' ? h * w : c * h * w);
}

/** The images of a batch. A batched matMul is 12 times slower on wasm than one at a time. */
const imagesOf = (features: Features): Features[] =>
  features.shape[0] === 1 ? [features] : tf.split(features, features.shape[0]);

/** The images of a batch as `[h*w, c]` matrices. */
export const imageMatrices = (features: Features): Tensor2D[] =>
  imagesOf(features).map((image) => tf.reshape(image, [-1, features.shape[3]]));

/** `[c, c]` Gram matrices, one for each image. */
export const gramMatrices = (features: Features, normalization: GramNormalization): Tensor2D[] =>
  tf.tidy(() => imagesOf(features).map((image) => selfProduct(image, gramFactor(features.shape, normalization))));

/**
 * The Gram matrix of a feature map: how much every two channels light up together, wherever in the picture,
 * $G_{ij} = \frac{1}{n} \sum_p F_{pi} F_{pj}$ over the positions $p$.
 *
 * @param features - `[b, h, w, c]`
 * @returns `[b, c, c]`, symmetric, one matrix for each image. The caller owns it. Differentiable under `tf.grad`
 * @throws ShapeError if `features` is not a float32 tensor of rank 4
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { gramMatrix } from 'pastiche/losses';
 *
 * const features = tf.tensor4d([1, 2, 1, 2, 3, 4, 3, 4], [1, 2, 2, 2]); // four positions, two channels
 * console.log(gramMatrix(features, { normalization: 'none' }).arraySync()); // => [[[20, 28], [28, 40]]]
 * console.log(gramMatrix(features).arraySync()); // => [[[5, 7], [7, 10]]]
 * ```
 *
 * Source: Gatys, Ecker & Bethge, Image Style Transfer Using Convolutional Neural Networks (2016), equation 3.
 * Differs from it: the paper's matrix is `'none'`, its division by the positions stands in the loss instead (equation 4).
 */
export function gramMatrix(features: Features, options: GramOptions = {}): Tensor3D {
  const { normalization = 'positions', ...others } = options;
  assertNoOthers('gramMatrix', others);
  assertFeatures('gramMatrix', 'features', features);
  assertOneOf('gramMatrix', 'normalization', normalization, gramNormalizations);
  if (normalization === 'none')
    assertFloat32('gramMatrix', "sums (normalization 'none'); the means of 'positions' fit");
  ensureBasicGradients();
  const compute = (x: Features): Tensor3D => tf.tidy(() => tf.stack(gramMatrices(x, normalization)) as Tensor3D);
  if (!onTape()) return compute(features);
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as Tensor]);
    return {
      value: compute(x as Features),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gramGradient(dy as Tensor3D, saved[0] as Features, normalization),
    };
  })(features);
}

/** `dL/dF = F (D + D^T) / n` for `D = dL/dG`. */
function gramGradient(dy: Tensor3D, features: Features, normalization: GramNormalization): Features {
  return tf.tidy(() => {
    const factor = gramFactor(features.shape, normalization);
    const slopes = tf.unstack(dy) as Tensor2D[];
    const grads = imageMatrices(features).map((matrix, i) =>
      product(matrix, tf.mul<Tensor2D>(tf.add(slopes[i]!, tf.transpose(slopes[i]!)), factor)),
    );
    return tf.reshape(tf.stack(grads), features.shape);
  });
}
