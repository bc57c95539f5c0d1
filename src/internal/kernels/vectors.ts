import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
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

/** `sum(|x|)` and `max(|x|)` along the rows, `[2, rows]`. */
export function rowNorms(x: Tensor2D): Tensor2D {
  const kernels = wasmKernels();
  if (kernels === undefined)
    return tf.tidy(() => {
      const absolute = tf.abs(x);
      return tf.stack([tf.sum<Tensor1D>(absolute, 1), tf.max<Tensor1D>(absolute, 1)]) as Tensor2D;
    });
  const [rows, columns] = x.shape;
  const norms = kernels.output<tf.Rank.R2>([2, rows]);
  kernels.rowNorms(kernels.at(x), rows, 4 * columns, kernels.at(norms));
  return norms;
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
