import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { largestDivisor } from './largestDivisor.js';

/**
 * `[rows, columns]` of a vector of `size` elements: the divisor nearest to the square root, so that a sum in two levels adds
 * up short rows. The wasm backend adds one after the other in float32: a flat sum of 4.2 million numbers is off by 3e-3.
 */
export function rowsAndColumns(size: number): [number, number] {
  const columns = largestDivisor(size, Math.floor(Math.sqrt(size)));
  return [size / columns, columns];
}

/** The sum of all elements, accurate to about 1e-6 on every backend. Sync, differentiable by nobody: use inside closed forms. */
export function sumAll(x: Tensor): Scalar {
  return tf.tidy(() => {
    const [rows, columns] = rowsAndColumns(x.size);
    // A prime length has no useful divisor: pad it with zeros, which change no sum.
    if (columns < 32 && x.size > 4096) {
      const side = Math.ceil(Math.sqrt(x.size));
      const padded = tf.pad(tf.reshape<tf.Rank.R1>(x, [x.size]), [[0, side * side - x.size]]);
      return tf.sum<Scalar>(tf.sum(tf.reshape(padded, [side, side]), 1));
    }
    return tf.sum<Scalar>(tf.sum(tf.reshape(x, [rows, columns]), 1));
  });
}

/** `sum(x * x)`, accurate to about 1e-6 on every backend. */
export function sumOfSquares(x: Tensor): Scalar {
  return tf.tidy(() => sumAll(tf.square(x)));
}

/** `1 / sum(x * x)`, finite for zeros too: what makes a loss relative to its target. */
export function inverseSquares(x: Tensor): Scalar {
  return tf.tidy(() => tf.div<Scalar>(1, tf.add(sumOfSquares(x), 1e-20)));
}
