import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { border, type Padding, padByOne } from './padding.js';
import { suitsWinogradGradient, winogradFilterGradient } from './winogradFilterGradient.js';

/* By forward kernels: on wasm, TensorFlow.js has none for a filter's gradient. */

/**
 * The gradient of a 3x3 filter, `[3, 3, in, out]`, from the input `[b, h, w, in]` and the gradient at the output
 * `[b, h, w, out]`: `dW[ky, kx, i, o] = sum over b, y, x of padded[b, y + ky, x + kx, i] dy[b, y, x, o]`.
 *
 * That is a convolution too, with batch and channels in each other's place and `dy` as one large filter. It takes 1.6 times as
 * long as the forward convolution; sums of nine matrix products take 2 to 5 times as long, and Winograd's way, where it can be
 * gone, 0.2 to 0.5 times.
 */
export function filterGradient(x: Tensor4D, dy: Tensor4D, padding: Padding): Tensor4D {
  if (suitsWinogradGradient(x.shape, dy.shape[3])) return winogradFilterGradient(x, dy, padding);
  return tf.tidy(() => {
    const padded = padding === 'zero' ? x : padByOne(x, padding);
    const filter = tf.transpose<Tensor4D>(dy, [1, 2, 0, 3]);
    const image = tf.transpose<Tensor4D>(padded, [3, 1, 2, 0]);
    // Not the number 1: with it, TensorFlow.js takes every filter for a square one.
    const pad = padding === 'zero' ? border : 'valid';
    return tf.transpose(tf.conv2d(image, filter, 1, pad), [1, 2, 0, 3]);
  });
}

/** The gradient of a 1x1 filter, `[1, 1, in, out]`. Without the transposing flag of `matMul`, which is slow on wasm. */
export function pointwiseFilterGradient(x: Tensor4D, dy: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [input, output] = [x.shape[3], dy.shape[3]];
    const columns = tf.transpose(tf.reshape(x, [-1, input]));
    return tf.reshape<tf.Rank.R4>(tf.matMul(columns, tf.reshape(dy, [-1, output])), [1, 1, input, output]);
  });
}
