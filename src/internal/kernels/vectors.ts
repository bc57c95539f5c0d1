import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { vectorLoops } from '../wasm/vectorLoops.js';

/*
 * What an optimiser does with long vectors, kept as `[rows, columns]` so that sums add up short rows (backends add in float32). On
 * wasm each reads its vectors once, where a chain of TensorFlow.js's operations writes every product to memory and reads it again.
 */

/** `sum(vectors[i] * other)` along the rows, `[vectors, rows]`. At least one vector, all of one shape. */
export function rowDots(vectors: readonly Tensor2D[], other: Tensor2D): Tensor2D {
  const [rows, columns] = other.shape;
  const loops = vectorLoops();
  if (loops === undefined) return plainDots(vectors.map((vector) => [vector, other]));
  const sums = loops.output<tf.Rank.R2>([vectors.length, rows]);
  const [out, starts] = [loops.at(sums), vectors.map((vector) => loops.at(vector))];
  // Two at a time, so that `other` is read half as often; the last of an odd number stands in both places.
  for (let i = 0; i < starts.length; i += 2) {
    const next = Math.min(i + 1, starts.length - 1);
    const [to, toNext] = [out + 4 * rows * i, out + 4 * rows * next];
    loops.rowDots(starts[i]!, starts[next]!, loops.at(other), rows, 4 * columns, to, toNext);
  }
  return sums;
}

const plainDots = (pairs: readonly (readonly [Tensor2D, Tensor2D])[]): Tensor2D =>
  tf.tidy(() => tf.stack(pairs.map(([a, b]) => tf.tidy(() => tf.sum(tf.mul(a, b), 1)))) as Tensor2D);

/** The sums of {@link stepSums}, in their order. With y = gradient - before. */
export const stepSumNames = [
  /** `before . direction` */
  'slope',
  'directionSquared',
  'directionGradient',
  /** `direction . y` */
  'directionGradDiff',
  /** `y . y` */
  'gradDiffSquared',
  /** `y . gradient` */
  'gradDiffGradient',
  'gradSquared',
  /** `|gradient|_1` */
  'gradAbsSum',
] as const;

interface StepSums {
  /** {@link stepSumNames} along the rows, `[8, rows]`. */
  readonly sums: Tensor2D;
  /** The largest of `|gradient|` and of `|direction|`. */
  readonly maxima: Tensor1D;
  /** `gradient - before`. */
  readonly gradDiff: Tensor2D;
}

/** What an optimiser asks of a step along `direction`, to where the gradient is `gradient`. On wasm in one pass. New tensors. */
export function stepSums(direction: Tensor2D, gradient: Tensor2D, before: Tensor2D): StepSums {
  const loops = vectorLoops();
  if (loops === undefined) return plainStepSums(direction, gradient, before);
  const [rows, columns] = gradient.shape;
  const count = stepSumNames.length;
  return tf.tidy(() => {
    const partial = loops.output<tf.Rank.R3>([count + 2, rows, 4]);
    const gradDiff = loops.output<tf.Rank.R2>([rows, columns]);
    const [d, g, b, y] = [direction, gradient, before, gradDiff].map((vector) => loops.at(vector));
    loops.stepSums(d!, g!, b!, y!, rows, 4 * columns, loops.at(partial));
    const part = (first: number, size: number): Tensor3D => tf.slice(partial, [first, 0, 0], [size, rows, 4]);
    return { sums: tf.sum<Tensor2D>(part(0, count), 2), maxima: tf.max<Tensor1D>(part(count, 2), [1, 2]), gradDiff };
  });
}

function plainStepSums(direction: Tensor2D, gradient: Tensor2D, before: Tensor2D): StepSums {
  return tf.tidy(() => {
    const gradDiff = tf.sub<Tensor2D>(gradient, before);
    const dots = plainDots([
      [before, direction],
      [direction, direction],
      [direction, gradient],
      [direction, gradDiff],
      [gradDiff, gradDiff],
      [gradDiff, gradient],
      [gradient, gradient],
    ]);
    const absSums = tf.tidy(() => tf.sum(tf.abs(gradient), 1));
    const largest = (x: Tensor2D): Tensor => tf.tidy(() => tf.max(tf.abs(x)));
    return {
      sums: tf.concat([dots, tf.reshape<tf.Rank.R2>(absSums, [1, absSums.size])]),
      maxima: tf.stack([largest(gradient), largest(direction)]) as Tensor1D,
      gradDiff,
    };
  });
}

/** `sum_i coefficients[i] * vectors[i]`. A new tensor. At least one vector, all of one shape. */
export function combination(vectors: readonly Tensor2D[], coefficients: readonly number[]): Tensor2D {
  const first = vectors[0]!;
  const loops = vectorLoops();
  if (loops === undefined) {
    const term = (i: number): Tensor2D => (coefficients[i] === 1 ? vectors[i]! : tf.mul(vectors[i]!, coefficients[i]!));
    let sum = tf.tidy(() => tf.clone(term(0)));
    for (let i = 1; i < vectors.length; i++) {
      const before = sum;
      sum = tf.tidy(() => tf.add(before, term(i)));
      before.dispose();
    }
    return sum;
  }
  const sum = loops.output<tf.Rank.R2>(first.shape);
  const [out, length] = [loops.at(sum), 4 * first.size];
  // Five vectors at a time, the sum so far among them; what is missing of five counts nothing.
  let [factor, so] = [coefficients[0]!, loops.at(first)];
  for (let i = 1; i < Math.max(2, vectors.length); i += 4) {
    const by = (k: number): number => coefficients[k] ?? 0;
    const at = (k: number): number => (k < vectors.length ? loops.at(vectors[k]!) : so);
    const [j, k, l] = [i + 1, i + 2, i + 3];
    loops.combine(factor, so, by(i), at(i), by(j), at(j), by(k), at(k), by(l), at(l), length, out);
    [factor, so] = [1, out];
  }
  return sum;
}
