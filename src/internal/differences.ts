import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { addAll } from './addAll.js';
import { sumAll } from './sums.js';
import type { ValueAndGrad } from '../types.js';

/* Differences of neighbouring pixels, and sums over functions of them with their gradients. */

type Offset = readonly [y: number, x: number];

/** Differences between two windows of equal size into a tensor, and the way back. */
export interface Difference {
  readonly plus: Offset;
  readonly minus: Offset;
  /** Rows and columns that the window is smaller than the tensor. */
  readonly less: Offset;
}
export const right: Difference = { plus: [0, 1], minus: [0, 0], less: [0, 1] };
export const down: Difference = { plus: [1, 0], minus: [0, 0], less: [1, 0] };

/** The difference of two windows into `x`. */
export function difference(x: Tensor4D, { plus, minus, less }: Difference): Tensor4D {
  const [b, h, w, c] = x.shape;
  const window = ([top, left]: Offset): Tensor4D => tf.slice(x, [0, top, left, 0], [b, h - less[0], w - less[1], c]);
  return tf.tidy(() => tf.sub(window(plus), window(minus)));
}

/** The gradient of {@link difference}. */
export function differenceGradient(d: Tensor4D, { plus, minus, less }: Difference): Tensor4D {
  const at = ([top, left]: Offset): Tensor4D =>
    tf.pad(d, [
      [0, 0],
      [top, less[0] - top],
      [left, less[1] - left],
      [0, 0],
    ]);
  return tf.tidy(() => tf.sub(at(plus), at(minus)));
}

/** A kind of difference and its weight in a sum. */
export interface WeightedDifference extends Difference {
  readonly weight: number;
}

/**
 * The sum of `weight * f(difference)` over kinds of differences, each kind with a mean of its own, and its gradient by the
 * derivative of `f`.
 */
export function sumOfDifferences(
  x: Tensor4D,
  kinds: readonly WeightedDifference[],
  reduction: 'mean' | 'sum',
  f: (d: Tensor4D) => Tensor4D,
  derivative: (d: Tensor4D) => Tensor4D,
): ValueAndGrad {
  const [, h, w] = x.shape;
  // A picture one pixel wide has no neighbours to the right.
  const present = kinds.filter(({ less }) => h > less[0] && w > less[1]);
  if (present.length === 0) return { value: tf.scalar(0), grad: tf.zerosLike(x) };
  const terms = present.map((kind) =>
    tf.tidy(() => {
      const d = difference(x, kind);
      const scale = kind.weight / (reduction === 'mean' ? d.size : 1);
      return {
        value: tf.mul<Scalar>(sumAll(f(d)), scale),
        grad: differenceGradient(tf.mul(derivative(d), scale), kind),
      };
    }),
  );
  return { value: addAll(terms.map(({ value }) => value)), grad: addAll(terms.map(({ grad }) => grad)) };
}

/** To the right and downwards, with equal weight. */
export const neighbours = (): WeightedDifference[] => [right, down].map((kind) => ({ ...kind, weight: 1 }));

/** The sum or the means of `|d_x| + |d_y|`, and its gradient. */
export const absoluteVariation = (x: Tensor4D, reduction: 'mean' | 'sum'): ValueAndGrad =>
  sumOfDifferences(
    x,
    neighbours(),
    reduction,
    (d) => tf.abs(d),
    (d) => tf.sign(d),
  );
