import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { rowNorms } from '../internal/kernels/vectors.js';
import { readBack } from '../internal/readBack.js';
import { evaluateObjective } from './objective.js';
import { pack, type Measured } from './readback.js';
import type { Run } from './run.js';

/** What is known of a point as numbers. Plain data. */
export interface PointNumbers {
  /** The objective alone. */
  readonly loss: number;
  /** What is minimised: the loss and the penalty. */
  readonly total: number;
  /** `|g|_inf`; g is the gradient of `total`. */
  readonly gradInf: number;
  /** `|g|_1`. */
  readonly gradAbsSum: number;
  /** `g . g`. */
  readonly gradSquared: number;
  readonly parts: readonly number[];
}

/** A point and its gradient, `[rows, columns]`, both owned, its numbers, and what else was measured. */
export interface Evaluation<K extends string> {
  readonly x: Tensor2D;
  readonly gradient: Tensor2D;
  readonly numbers: PointNumbers;
  readonly also: (name: K) => number[];
}

/** `max |x|`. */
export const largest = (x: Tensor2D): Tensor => tf.tidy(() => tf.max(tf.unstack(rowNorms(x))[1]!));

/** Evaluates the objective at `x`, which stays, and reads all scalars of the evaluation back at once. */
export async function evaluate<T extends Tensor, K extends string>(
  { objective, layout, owned, settings, progress }: Run<T>,
  x: Tensor2D,
  measure: (gradient: Tensor2D) => Measured<K>,
): Promise<Evaluation<K>> {
  const { penaltyWeight } = progress;
  const shaped = owned.own(layout.fromRows(x)) as T;
  const { value, grad, parts, excess } = evaluateObjective(objective, shaped, settings.bounds, penaltyWeight, owned);
  const gradient = owned.own(layout.toRows(grad));
  owned.dispose(shaped, grad);
  const { tensor, unpack } = pack<string>(layout.rows, () => {
    const outside = excess === undefined ? undefined : layout.toRows(excess);
    const { dots, sums, values } = measure(gradient);
    const [absSums, maxima] = tf.unstack(rowNorms(gradient));
    return {
      dots: {
        ...dots,
        gradSquared: [gradient, gradient],
        excessSquared: outside === undefined ? undefined : [outside, outside],
      },
      sums: { ...sums, gradAbsSum: absSums },
      values: { ...values, loss: value, gradInf: tf.max(maxima!), parts },
    };
  });
  owned.own(tensor);
  owned.dispose(value, parts, excess);
  const read = unpack(await readBack('lbfgs', tensor));
  owned.dispose(tensor);
  const one = (name: string): number => read(name)[0] ?? 0;
  const loss = one('loss');
  return {
    x,
    gradient,
    numbers: {
      loss,
      total: loss + (penaltyWeight / 2) * one('excessSquared'),
      gradInf: one('gradInf'),
      gradAbsSum: one('gradAbsSum'),
      gradSquared: one('gradSquared'),
      parts: read('parts'),
    },
    also: read,
  };
}
