import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { wasmKernels } from '../wasm/kernels.js';
import { columnProducts, columnsAtOnce } from './columnProducts.js';
import { product } from './product.js';

const scaled = <R extends tf.Rank>(x: Tensor<R>, factor: number): Tensor<R> => (factor === 1 ? x : tf.mul(x, factor));

/** `factor X^T X` of a matrix `[n, c]`. */
export function selfProduct(x: Tensor2D, factor: number): Tensor2D {
  return tf.tidy(() => {
    if (wasmKernels() !== undefined) {
      const c = x.shape[1];
      const missing = -c & (columnsAtOnce - 1);
      if (missing === 0) return scaled(columnProducts(x), factor);
      const wider = tf.pad(x, [
        [0, 0],
        [0, missing],
      ]);
      return scaled(tf.slice(columnProducts(wider), [0, 0], [c, c]), factor);
    }
    // Scaled before the product: a raw sum over 512x512 positions overflows half floats.
    const rows = scaled(x, Math.sqrt(factor));
    // Transposed beforehand: matMul with a transpose flag is 8 times slower on wasm.
    return product(tf.transpose(rows), rows);
  });
}
