import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { brought } from '../internal/kernels/brought.js';
import { rowsAndColumns } from '../internal/sums.js';
import { product } from '../internal/kernels/product.js';
import type { Features } from '../types.js';
import type { Scatter } from './scatter.js';

/*
 * Moments of one tile of feature vectors: float32 on the backend, finished in float64.
 * Letters: x = rows, s = shift, R = sum w (x - s)(x - s)^T, t = sum w (x - s).
 */

/**
 * Means further from 0 than four standard deviations are taken off before the products, whose digits they would eat: those
 * whose square is less than a 17th below the mean square.
 */
const farFactor = 1 + 1 / 4 ** 2;

/** Sums of the rows of `[c, n]` in two levels, `[c, 1]`. */
function sumRows(x: Tensor2D): Tensor2D {
  const [channels, n] = x.shape;
  const sums = tf.sum(tf.sum(tf.reshape(x, [channels, ...rowsAndColumns(n)]), 2), 1);
  return tf.reshape<tf.Rank.R2>(sums, [channels, 1]);
}

/**
 * The mean of each channel that lies far from 0, and 0 for the others, `[c, 1]`. ReLU features stay as they are: shifted, their
 * many exact zeros would become one repeated number, whose rounding is always to the same side.
 */
function farMeans(columns: Tensor2D, weights: Tensor2D | undefined, weightSum: number): Tensor2D {
  const weighted = weights === undefined ? columns : tf.mul<Tensor2D>(columns, weights);
  const mean = tf.div(sumRows(weighted), weightSum);
  const meanSquare = tf.div(sumRows(tf.mul(weighted, columns)), weightSum);
  const square = tf.mul(tf.square(mean), farFactor);
  return tf.mul(mean, tf.step(tf.sub(square, meanSquare)));
}

/** The weights of a tile as far as the host needs to know them. */
export interface TileWeights {
  count: number;
  sum: number;
  squares: number;
  /** Absent where all weights are 1. */
  values?: Float32Array;
}

/**
 * `[R, t, s]` of the rows `[n, c]`, flat: `[c * c + 2 c]`; of R, the part above the diagonal counts. One plain matMul: with transpose flags it would be ten times slower
 * on wasm.
 */
export function tileProducts(rows: Tensor2D, { sum, values }: TileWeights): Tensor1D {
  return tf.tidy(() => {
    const columns = tf.transpose(rows);
    const weights = values === undefined ? undefined : tf.tensor2d(values, [1, values.length]);
    const shift = farMeans(columns, weights, sum);
    const left: Tensor2D = tf.sub(columns, shift);
    // A copy even where the shift is 0: the wasm backend keeps a packed second operand until it is disposed.
    const shifted: Tensor2D = tf.sub(rows, tf.transpose(shift));
    const right: Tensor2D = weights === undefined ? shifted : tf.mul(shifted, tf.transpose(weights));
    const sums = sumRows(weights === undefined ? left : tf.mul(left, weights));
    return packed([product(left, right), sums, shift]);
  });
}

/** {@link tileProducts} of a tile of features without weights, by what a network brought along. */
export function broughtTileProducts(features: Features, begin: number, size: number): Tensor1D {
  const channels = features.shape[3];
  return tf.tidy(() => {
    const { products, sums, shift } = brought.shiftedProducts!(features, channels, begin, size, (plain) => {
      const squares = plain.products.dataSync();
      const means = Float32Array.from(plain.sums.dataSync(), (sum, c) => {
        const mean = sum / size;
        return farFactor * mean ** 2 > squares[c * channels + c]! / size ? mean : 0;
      });
      return means.some((mean) => mean !== 0) ? tf.tensor1d(means) : undefined;
    });
    return packed([products, sums, shift]);
  });
}

const packed = (parts: readonly Tensor[]): Tensor1D =>
  tf.concat(parts.map((part) => tf.reshape<tf.Rank.R1>(part, [part.size])));

/** Length of {@link tileProducts}. */
export const productsLength = (channels: number): number => channels * channels + 2 * channels;

/** Mean and scatter from {@link tileProducts}: `mean = s + t / W`, `scatter = R - t t^T / W`. */
export function scatterFromProducts(products: Float32Array, channels: number, weights: TileWeights): Scatter {
  const sums = products.subarray(channels * channels, channels * channels + channels);
  const shift = products.subarray(channels * channels + channels);
  const scatter = new Float64Array(channels * channels);
  for (let r = 0; r < channels; r++) {
    const share = sums[r]! / weights.sum;
    for (let c = r; c < channels; c++) {
      const value = products[r * channels + c]! - share * sums[c]!;
      scatter[r * channels + c] = value;
      scatter[c * channels + r] = value;
    }
  }
  return {
    channels,
    count: weights.count,
    weightSum: weights.sum,
    squaredWeightSum: weights.squares,
    mean: Float64Array.from(sums, (value, c) => shift[c]! + value / weights.sum),
    scatter,
  };
}
