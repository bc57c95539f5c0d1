import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { networkLoops } from '../wasm/networkLoops.js';
import { brought } from './brought.js';

/* Products of a matrix's columns with each other by loops of our own on wasm: half of them, for the rest is the same mirrored. */

/** Whether they can be had in this way: wasm, wherever our own loops run on it, and whole pairs of vectors. */
const suits = (columns: number): boolean => columns % 8 === 0 && networkLoops() !== undefined;

/** Rows that are summed at once; then the sums are added. That is more accurate than one long sum, and parts stay in the caches. */
const mostRows = 256;

/** Calls `part` with the address and the number of rows of each part. */
function inParts(from: number, rows: number, columns: number, part: (at: number, rows: number) => void): void {
  for (let first = 0; first < rows; first += mostRows)
    part(from + 4 * first * columns, Math.min(mostRows, rows - first));
}

/** `X^T X` of so many rows at an address, on the diagonal and above it. */
function productsAbove(from: number, rows: number, columns: number): Tensor2D {
  const wasm = networkLoops()!;
  const products = tf.zeros<tf.Rank.R2>([columns, columns]);
  const to = wasm.at(products);
  inParts(from, rows, columns, (at, count) => {
    wasm.addOuterProducts(at, at, count, 4 * columns, 4 * columns, -1, to);
  });
  return products;
}

/** `X^T X` of features `[b, h, w, c]` as a matrix, where it can be had in this way. */
function gram(x: Tensor4D): Tensor2D | undefined {
  const columns = x.shape[3];
  if (!suits(columns)) return undefined;
  const wasm = networkLoops()!;
  const products = productsAbove(wasm.at(x), x.size / columns, columns);
  wasm.mirror(wasm.at(products), 4 * columns);
  return products;
}

/** Of rows of features: their columns' products with each other, `[c, c]` on the diagonal and above it, and sums, `[c]`. */
interface ProductsAndSums {
  readonly products: Tensor2D;
  readonly sums: Tensor1D;
}

/**
 * The products and sums of rows `begin` to `begin + rows` of features, from which `shift`, `[c]`, was taken off. That is chosen by
 * `chooseShift` from those of the rows as they are; without one, nothing is taken off.
 */
function shiftedProducts(
  x: Tensor,
  columns: number,
  begin: number,
  rows: number,
  chooseShift: (plain: ProductsAndSums) => Tensor1D | undefined,
): ProductsAndSums & { readonly shift: Tensor1D } {
  const wasm = networkLoops()!;
  return tf.tidy(() => {
    const from = wasm.at(x) + 4 * begin * columns;
    const to = wasm.at(wasm.output([rows, columns]));
    const less = (shift: Tensor1D): ProductsAndSums => {
      const sums = tf.zeros<tf.Rank.R1>([columns]);
      inParts(from, rows, columns, (at, count) => {
        wasm.lessShift(at, count, 4 * columns, wasm.at(shift), to + at - from, wasm.at(sums));
      });
      return { products: productsAbove(to, rows, columns), sums };
    };
    const none = tf.zeros<tf.Rank.R1>([columns]);
    const plain = less(none);
    const shift = chooseShift(plain);
    return shift === undefined ? { ...plain, shift: none } : { ...less(shift), shift };
  });
}

const columnProducts = { suits, gram, shiftedProducts };
export type ColumnProducts = typeof columnProducts;

/** Makes Gram matrices and moments as fast as they can be: see {@link brought}. */
export function bringColumnProducts(): void {
  Object.assign(brought, columnProducts);
}
