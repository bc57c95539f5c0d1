import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { largestDivisor } from '../internal/largestDivisor.js';

/** How a tensor is laid out as `[rows, columns]`, so that dot products add up short rows (backends add in float32). */
export interface Layout {
  /** Elements of the tensor. */
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]`, padded with zeros where the size has no useful divisor. A new tensor. */
  readonly toRows: (x: Tensor) => Tensor2D;
  /** Back to the tensor's own shape. A new tensor. */
  readonly fromRows: (x: Tensor2D) => Tensor;
  /** Values in the tensor's own order to `[rows, columns]`. A new tensor. */
  readonly load: (values: Float32Array) => Tensor2D;
}

const longestRow = 1024;
const shortestRow = 64;

export function rowLayout(shape: number[]): Layout {
  const size = tf.util.sizeFromShape(shape);
  const ideal = Math.min(longestRow, Math.sqrt(size));
  let columns = largestDivisor(size, Math.floor(ideal));
  if (columns < shortestRow && size > shortestRow ** 2) columns = Math.ceil(ideal);
  const rows = Math.ceil(size / columns);
  const padding = rows * columns - size;
  const rectangle: [number, number] = [rows, columns];
  const flat = (x: Tensor): Tensor1D => tf.reshape<tf.Rank.R1>(x, [x.size]);
  return {
    size,
    rows,
    columns,
    toRows: (x) => tf.tidy(() => tf.reshape(padding === 0 ? x : tf.pad(flat(x), [[0, padding]]), rectangle)),
    fromRows: (x) => tf.tidy(() => tf.reshape(padding === 0 ? x : tf.slice(flat(x), [0], [size]), shape)),
    load(values) {
      const padded = new Float32Array(rows * columns);
      padded.set(values);
      return tf.tensor2d(padded, rectangle);
    },
  };
}
