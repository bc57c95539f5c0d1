import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { StyleError } from '../errors.js';
import { addAll } from '../internal/addAll.js';
import { assert, assertNoOthers, assertNumber, show } from '../internal/assert.js';
import { closedForm, valueAndGradOf } from '../internal/differentiable.js';
import type { ClosedForm, Differentiable, ValueAndGrad } from '../types.js';

/** One summand of {@link weightedSum}. */
export interface WeightedTerm<T extends Tensor> {
  /** Any scalar function of `x`. */
  readonly loss: Differentiable<T>;
  /** What it is multiplied with. @defaultValue 1 */
  readonly weight?: number;
  /** What it is called in reports. A term with parts of its own reports those instead. @defaultValue `term 1`, `term 2`, ... */
  readonly name?: string;
}

/**
 * The weighted sum of functions of the same tensor, $L(x) = \sum_k w_k L_k(x)$, and of their gradients.
 *
 * @param terms - the summands. They are borrowed: disposing the sum does not dispose them
 * @returns a function that owns no tensors; its `valueAndGrad` also returns the summands (`parts`)
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { contentLoss, totalVariationLoss, weightedSum } from 'pastiche/losses';
 *
 * const objective = weightedSum([
 *   { name: 'likeness', loss: contentLoss(tf.zeros([1, 2, 2, 3])) },
 *   { name: 'smoothness', loss: totalVariationLoss(), weight: 0.1 },
 * ]);
 * const { value, parts } = objective.valueAndGrad(tf.ones([1, 2, 2, 3]));
 * console.log(value.arraySync()); // => 1
 * console.log(parts?.arraySync()); // => [1, 0]
 * ```
 */
export function weightedSum<T extends Tensor = tf.Tensor4D>(terms: readonly WeightedTerm<T>[]): ClosedForm<T> {
  const where = 'weightedSum';
  assert(terms.length > 0, () => `${where}: terms must name at least one function; got []`);
  terms.forEach(({ loss, weight = 1, name: _, ...others }, i) => {
    assertNoOthers(`${where}: terms[${i}]`, others);
    assert(
      typeof loss === 'function',
      () => `${where}: terms[${i}].loss must be a function; got ${show(loss)}`,
      StyleError,
    );
    assertNumber(where, `terms[${i}].weight`, weight);
  });
  const scaled = ({ loss, weight = 1 }: WeightedTerm<T>, x: T): Required<ValueAndGrad<T>> =>
    tf.tidy(() => {
      const { value, grad, parts } = valueAndGradOf(where, loss, x);
      return {
        value: tf.mul<tf.Scalar>(value, weight),
        grad: tf.mul<T>(grad, weight),
        parts: tf.mul<Tensor1D>(parts ?? tf.reshape<tf.Rank.R1>(value, [1]), weight),
      };
    });
  const value = (x: T): tf.Scalar => addAll(terms.map(({ loss, weight = 1 }) => tf.mul<tf.Scalar>(loss(x), weight)));
  return closedForm<T>({
    partNames: terms.flatMap(({ loss, name }, i) => loss.partNames ?? [name ?? `term ${i + 1}`]),
    value,
    // Every term is differentiable by itself, plain functions too.
    taped: value,
    valueAndGrad(x) {
      const [first, ...others] = terms.map((term) => scaled(term, x));
      const sum = { ...first!, parts: [first!.parts] };
      for (const { value, grad, parts } of others) {
        const next = { value: tf.add<tf.Scalar>(sum.value, value), grad: tf.add<T>(sum.grad, grad) };
        tf.dispose([sum.value, sum.grad, value, grad]);
        sum.parts.push(parts);
        Object.assign(sum, next);
      }
      return { ...sum, parts: tf.concat(sum.parts) };
    },
  });
}
