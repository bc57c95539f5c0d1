import * as tf from '@tensorflow/tfjs-core';
import { assertFeatures, assertNoOthers, assertOneOf, assertSameShape } from '../internal/assert.js';
import { closedForm } from '../internal/differentiable.js';
import { inverseSquares, sumOfSquares } from '../internal/sums.js';
import type { ClosedForm, Features } from '../types.js';

/** How squared differences become one number. */
export const contentReductions = ['mean', 'sum', 'half-sum', 'relative'] as const;

/** Options of {@link contentLoss}. */
export interface ContentLossOptions {
  /**
   * `'mean'` of the squared differences, which does not depend on the picture's size; their `'sum'`; or half of it,
   * `'half-sum'`, the paper's; or the sum divided by that of the target's squares, `'relative'`, which does not depend on the
   * scale of the network either. @defaultValue 'mean'
   */
  readonly reduction?: (typeof contentReductions)[number];
}

/**
 * The distance of features from the content's features, position by position: $\sum_{pi} (F_{pi} - P_{pi})^2$, reduced.
 *
 * @param target - the content's features $P$, `[b, h, w, c]`. Borrowed: keep it alive as long as the loss is in use
 * @returns a loss on features of the same shape; it owns no tensors (`'relative'`: one number, freed by `dispose()`)
 * @throws ShapeError, when it is called, if features and target differ in shape
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { contentLoss } from 'pastiche/losses';
 *
 * const loss = contentLoss(tf.zeros([1, 2, 2, 1]), { reduction: 'half-sum' });
 * const { value, grad } = loss.valueAndGrad(tf.ones([1, 2, 2, 1]));
 * console.log(value.arraySync()); // => 2
 * console.log(Array.from(grad.dataSync())); // => [1, 1, 1, 1]
 * ```
 *
 * Source: Gatys, Ecker & Bethge (2016), equation 1, is `'half-sum'`. Differs from it by default: `'mean'` is 2/(b h w c) times
 * the paper's value, as in most implementations (PyTorch's tutorial, neural-style).
 */
export function contentLoss(target: Features, options: ContentLossOptions = {}): ClosedForm {
  const { reduction = 'mean', ...others } = options;
  assertNoOthers('contentLoss', others);
  assertFeatures('contentLoss', 'target', target);
  assertOneOf('contentLoss', 'reduction', reduction, contentReductions);
  const relative = reduction === 'relative' ? inverseSquares(target) : undefined;
  const scale = relative ?? { mean: 1 / target.size, sum: 1, 'half-sum': 0.5, relative: 1 }[reduction];
  return closedForm<Features>({
    owns: relative === undefined ? [] : [relative],
    check(features) {
      assertFeatures('contentLoss', 'features', features);
      assertSameShape('contentLoss', 'features', features, 'target', target);
    },
    value: (features) => tf.mul(sumOfSquares(tf.sub(features, target)), scale),
    valueAndGrad(features) {
      const difference: Features = tf.sub(features, target);
      return { value: tf.mul(sumOfSquares(difference), scale), grad: tf.mul(difference, tf.mul(scale, 2)) };
    },
  });
}
