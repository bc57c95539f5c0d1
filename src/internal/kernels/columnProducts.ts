import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { wasmKernels } from '../wasm/kernels.js';

/* Products of a matrix's columns with each other by loops of our own on wasm: half of them, for the rest is the same mirrored. */

/** The number of columns must be a multiple of it. */
export const columnsAtOnce = 8;

/** Whether they can be had in this way: wasm, wherever our own loops run on it. */
export const suitsColumnProducts = (columns: number): boolean =>
  columns % columnsAtOnce === 0 && wasmKernels() !== undefined;

/** Rows that are summed at once; then the sums are added. That is more accurate than one long sum, and parts stay in the caches. */
const mostRows = 256;

/** Calls `part` with the address and the number of rows of each part. */
function inParts(from: number, rows: number, columns: number, part: (at: number, rows: number) => void): void {
  for (let first = 0; first < rows; first += mostRows)
    part(from + 4 * first * columns, Math.min(mostRows, rows - first));
}

/** `X^T X` of so many rows at an address, on the diagonal and above it. */
function productsAbove(from: number, rows: number, columns: number): Tensor2D {
  const wasm = wasmKernels()!;
  const products = tf.zeros<tf.Rank.R2>([columns, columns]);
  const to = wasm.at(products);
  inParts(from, rows, columns, (at, count) => {
    wasm.addOuterProducts(at, at, count, 4 * columns, 4 * columns, -1, to);
  });
  return products;
}

/** `X^T X`. */
export function columnProducts(x: Tensor2D): Tensor2D {
  const wasm = wasmKernels()!;
  const [rows, columns] = x.shape;
  const products = productsAbove(wasm.at(x), rows, columns);
  wasm.mirror(wasm.at(products), 4 * columns);
  return products;
}

/**
 * Of rows `begin` to `begin + rows` of features, after the mean of each column was taken off: the products of the columns with
 * each other, `[c, c]`, on the diagonal and above it; the sums of the columns, `[c]`, nearly 0; and what was taken off, `[c]`.
 */
export function centredProducts(
  x: Tensor,
  columns: number,
  begin: number,
  rows: number,
): [Tensor2D, Tensor1D, Tensor1D] {
  const wasm = wasmKernels()!;
  return tf.tidy(() => {
    const from = wasm.at(x) + 4 * begin * columns;
    const to = wasm.at(wasm.output([rows, columns]));
    const centre = (shift: Tensor1D): Tensor1D => {
      const sums = tf.zeros<tf.Rank.R1>([columns]);
      inParts(from, rows, columns, (at, count) => {
        wasm.centre(at, count, 4 * columns, wasm.at(shift), to + at - from, wasm.at(sums));
      });
      return sums;
    };
    const shift = tf.div<Tensor1D>(centre(tf.zeros([columns])), rows);
    const sums = centre(shift);
    return [productsAbove(to, rows, columns), sums, shift];
  });
}
