import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertNoOthers, assertNumber } from '../internal/assert.js';
import { closedForm, tapeNode, valueAndGradOf } from '../internal/differentiable.js';
import { sumAll } from '../internal/sums.js';
import type { ClosedForm, Differentiable, ValueAndGrad } from '../types.js';

/** Options of {@link normalizeGradient}. */
export interface NormalizeGradientOptions {
  /** Added to the norm, so that a gradient of 0 stays 0. @defaultValue 1e-8 */
  readonly epsilon?: number;
}

/**
 * The same loss with its gradient divided by the gradient's own L1 norm, $g / (\lVert g \rVert_1 + \epsilon)$: every layer
 * pulls equally hard, whatever the size of its loss.
 *
 * The value is the loss's own, so value and gradient no longer belong together: use it with a fixed step
 * (`lineSearch: 'none'`), not with a line search.
 *
 * @param loss - borrowed; disposing the result does not dispose it
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { contentLoss, normalizeGradient } from 'pastiche/losses';
 *
 * const loss = normalizeGradient(contentLoss(tf.zeros([1, 1, 2, 1])), { epsilon: 0 });
 * const { grad } = loss.valueAndGrad(tf.tensor4d([1, 3], [1, 1, 2, 1]));
 * console.log(Array.from(grad.dataSync())); // => [0.25, 0.75]
 * ```
 *
 * Source: neural-style (Lua), `-normalize_gradients`. Differs from neural-style-pt, whose option of that name multiplies the
 * gradient by the square of the strength instead.
 */
export function normalizeGradient<T extends Tensor = tf.Tensor4D>(
  loss: Differentiable<T>,
  options: NormalizeGradientOptions = {},
): ClosedForm<T> {
  const { epsilon = 1e-8, ...others } = options;
  assertNoOthers('normalizeGradient', others);
  assertNumber('normalizeGradient', 'epsilon', epsilon, { min: 0 });
  const valueAndGrad = (x: T): ValueAndGrad<T> => {
    const { value, grad } = valueAndGradOf('normalizeGradient', loss, x);
    return { value, grad: tf.div(grad, tf.add(sumAll(tf.abs(grad)), epsilon)) };
  };
  return closedForm<T>({
    value: (x) => loss(x),
    valueAndGrad,
    // A plain loss needs the tape itself, so it is differentiated before the node and not inside it.
    taped(x) {
      const result = valueAndGrad(x);
      return tapeNode(x, () => ({ value: tf.clone(result.value), grad: result.grad }));
    },
  });
}
