import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { addAll } from '../internal/addAll.js';
import { assert, assertFeatures, assertNoOthers, assertOneOf, assertTensor, show } from '../internal/assert.js';
import { closedForm } from '../internal/differentiable.js';
import { inverseSquares, sumOfSquares } from '../internal/sums.js';
import { product } from '../internal/kernels/product.js';
import type { ClosedForm, Features } from '../types.js';
import {
  type GramNormalization,
  type GramOptions,
  gramFactor,
  gramMatrices,
  gramMatrix,
  gramNormalizations,
  imageMatrices,
} from './gramMatrix.js';

/** How the squared differences of two Gram matrices become one number. */
export const styleReductions = ['gatys', 'mean', 'sum', 'relative'] as const;

/** Options of {@link styleLoss}. */
export interface StyleLossOptions extends GramOptions {
  /**
   * `'sum'` of the c x c squared differences; their `'mean'`, which is 1/c^2 of it; or `'gatys'`, 1/(4 c^2) of it, which with
   * normalization `'positions'` is the paper's loss; or the sum divided by that of the target's squares, `'relative'`, which
   * depends neither on the layer's width nor on the scale of the network. @defaultValue 'gatys'
   */
  readonly reduction?: (typeof styleReductions)[number];
}

/** A Gram matrix as the target: of another picture, or a mixture of several. */
export interface GramTarget {
  /** `[b, c, c]` or `[1, c, c]`, made with the same normalization as the loss. Borrowed. */
  readonly gram: Tensor3D;
}

/**
 * The distance of features from the style's features, wherever in the picture they occur: the squared differences of their
 * Gram matrices, $r \sum_{ij} (G_{ij} - A_{ij})^2$.
 *
 * @param target - the style's features `[b, h, w, c]`, of any height and width (used at once, not needed afterwards), or
 *   `{ gram }`, `[b, c, c]` (borrowed: keep it alive as long as the loss is in use). One image's target serves a whole batch
 * @returns a loss on features with as many channels, summed over a batch (`'mean'`: its mean). From features it owns their
 *   Gram matrix until `dispose()` is called; from `{ gram }` it owns nothing
 * @throws ShapeError, when it is called, if the channels differ
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { styleLoss } from 'pastiche/losses';
 *
 * const loss = styleLoss(tf.zeros([1, 4, 4, 2]), { reduction: 'sum' });
 * console.log(loss(tf.ones([1, 8, 8, 2])).arraySync()); // => 4
 * loss.dispose();
 * ```
 *
 * Source: Gatys, Ecker & Bethge (2016), equations 4 and 6. The defaults are the paper's $E_l$ where both pictures have the same
 * size $M$; with different sizes each Gram matrix is divided by its own. Peers by their factor over the default: PyTorch's
 * tutorial and neural-style (`'elements'`, `'mean'`) $4/c^2$; pystiche (`'positions'`, `'mean'`) 4.
 */
export function styleLoss(target: Features | GramTarget, options: StyleLossOptions = {}): ClosedForm {
  const { normalization = 'positions', reduction = 'gatys', ...others } = options;
  assertNoOthers('styleLoss', others);
  assertOneOf('styleLoss', 'normalization', normalization, gramNormalizations);
  assertOneOf('styleLoss', 'reduction', reduction, styleReductions);
  const { gram, owns } = targetGram(target, normalization);
  const [batch, channels] = gram.shape;
  const relative = reduction === 'relative' ? inverseSquares(gram) : undefined;
  const factor = { sum: 1, mean: 1 / channels ** 2, gatys: 1 / (4 * channels ** 2), relative: 1 }[reduction];

  /** `G - A` for each image, and the factor `r` of the loss. */
  const differences = (features: Features): { differences: Tensor2D[]; scale: number | Scalar } => {
    const targets = tf.unstack(gram) as Tensor2D[];
    const grams = gramMatrices(features, normalization);
    const scale = relative ?? (reduction === 'mean' ? factor / features.shape[0] : factor);
    return { differences: grams.map((g, i) => tf.sub(g, targets[batch === 1 ? 0 : i]!)), scale };
  };
  const total = (squares: Scalar[], scale: number | Scalar): Scalar =>
    tf.mul(squares.length === 1 ? squares[0]! : addAll(squares), scale);

  return closedForm<Features>({
    owns: relative === undefined ? owns : [...owns, relative],
    check(features) {
      assertFeatures('styleLoss', 'features', features);
      const [b, , , c] = features.shape;
      assert(
        c === channels && (batch === 1 || batch === b),
        () =>
          `styleLoss: features must have ${channels} channels${batch === 1 ? '' : ` and a batch of ${batch}`}, ` +
          `like the target; got ${show(features)}`,
        ShapeError,
      );
    },
    value: (features) => {
      const { differences: d, scale } = differences(features);
      return total(d.map(sumOfSquares), scale);
    },
    // dL/dF = 4 r F (G - A) / n: the difference is symmetric, so no transpose is needed.
    valueAndGrad(features) {
      const { differences: d, scale } = differences(features);
      const slope = tf.mul(scale, 4 * gramFactor(features.shape, normalization));
      const stacked = tf.tidy(() => {
        const grads = imageMatrices(features).map((matrix, i) => product(matrix, tf.mul<Tensor2D>(d[i]!, slope)));
        return grads.length === 1 ? grads[0]! : tf.stack(grads);
      });
      return { value: total(d.map(sumOfSquares), scale), grad: tf.reshape(stacked, features.shape) };
    },
  });
}

function targetGram(
  target: Features | GramTarget,
  normalization: GramNormalization,
): { gram: Tensor3D; owns: Tensor3D[] } {
  if ('gram' in target) {
    assertTensor('styleLoss', 'target.gram', target.gram, 3, '[b, c, c]');
    const [, rows, columns] = target.gram.shape;
    assert(
      rows === columns,
      () => `styleLoss: target.gram must be square, [b, c, c]; got ${show(target.gram)}`,
      ShapeError,
    );
    return { gram: target.gram, owns: [] };
  }
  assertFeatures('styleLoss', 'target', target);
  const gram = gramMatrix(target, { normalization });
  return { gram, owns: [gram] };
}
