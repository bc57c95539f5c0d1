import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { wasmKernels } from '../wasm/kernels.js';

/*
 * What an optimiser does with long vectors, kept as `[rows, columns]` so that sums add up short rows (backends add in float32). On
 * wasm each reads its vectors once, where a chain of TensorFlow.js's operations writes every product to memory and reads it again.
 */

/** `sum(a * b)` along the rows of every pair, `[pairs, rows]`. At least one pair, all of one shape. */
export function rowDots(pairs: readonly (readonly [Tensor2D, Tensor2D])[]): Tensor2D {
  const [rows, columns] = pairs[0]![0].shape;
  const kernels = wasmKernels();
  if (kernels === undefined)
    return tf.tidy(() => tf.stack(pairs.map(([a, b]) => tf.tidy(() => tf.sum(tf.mul(a, b), 1)))) as Tensor2D);
  const sums = kernels.output<tf.Rank.R2>([pairs.length, rows]);
  const out = kernels.at(sums);
  pairs.forEach(([a, b], i) => {
    kernels.rowDots(kernels.at(a), kernels.at(b), rows, 4 * columns, out + 4 * rows * i);
  });
  return sums;
}

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

/**
 * What an optimiser asks of a step along `direction`, to where the gradient is `gradient`: {@link stepSumNames} along the rows,
 * `[8, rows]`, and the largest of `|gradient|` and of `|direction|`, `[2]`. On wasm in one pass.
 */
export function stepSums(
  direction: Tensor2D,
  gradient: Tensor2D,
  before: Tensor2D,
): { sums: Tensor2D; maxima: Tensor1D } {
  const kernels = wasmKernels();
  const [rows, columns] = gradient.shape;
  return tf.tidy(() => {
    if (kernels === undefined) {
      const gradDiff = tf.sub<Tensor2D>(gradient, before);
      const dots = rowDots([
        [before, direction],
        [direction, direction],
        [direction, gradient],
        [direction, gradDiff],
        [gradDiff, gradDiff],
        [gradDiff, gradient],
        [gradient, gradient],
      ]);
      const absolute = tf.abs(gradient);
      return {
        sums: tf.concat([dots, tf.reshape<tf.Rank.R2>(tf.sum(absolute, 1), [1, rows])]),
        maxima: tf.stack([tf.max(absolute), tf.max(tf.abs(direction))]) as Tensor1D,
      };
    }
    const partial = kernels.output<tf.Rank.R3>([stepSumNames.length + 2, rows, 4]);
    const [d, g, b] = [direction, gradient, before].map((vector) => kernels.at(vector)) as [number, number, number];
    kernels.stepSums(d, g, b, rows, 4 * columns, kernels.at(partial));
    const from = (first: number, count: number): Tensor3D => tf.slice(partial, [first, 0, 0], [count, rows, 4]);
    const count = stepSumNames.length;
    return { sums: tf.sum<Tensor2D>(from(0, count), 2), maxima: tf.max<Tensor1D>(from(count, 2), [1, 2]) };
  });
}

/** `sum_i coefficients[i] * vectors[i]`. A new tensor. At least one vector, all of one shape. */
export function combination(vectors: readonly Tensor2D[], coefficients: readonly number[]): Tensor2D {
  const first = vectors[0]!;
  const kernels = wasmKernels();
  if (kernels === undefined) {
    const term = (i: number): Tensor2D => (coefficients[i] === 1 ? vectors[i]! : tf.mul(vectors[i]!, coefficients[i]!));
    let sum = tf.tidy(() => tf.clone(term(0)));
    for (let i = 1; i < vectors.length; i++) {
      const before = sum;
      sum = tf.tidy(() => tf.add(before, term(i)));
      before.dispose();
    }
    return sum;
  }
  const sum = kernels.output<tf.Rank.R2>(first.shape);
  const [out, length] = [kernels.at(sum), 4 * first.size];
  // Three vectors at a time, the sum so far among them; what is missing of three counts nothing.
  let [factor, so] = [coefficients[0]!, kernels.at(first)];
  for (let i = 1; i < Math.max(2, vectors.length); i += 2) {
    const at = (k: number): number => (k < vectors.length ? kernels.at(vectors[k]!) : so);
    kernels.combine(factor, so, coefficients[i] ?? 0, at(i), coefficients[i + 1] ?? 0, at(i + 1), length, out);
    [factor, so] = [1, out];
  }
  return sum;
}
