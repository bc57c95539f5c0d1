import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * The product of two matrices, `[n, k] x [k, m] -> [n, m]`.
 *
 * The webgl backend keeps two positions of the inner side together. Where `k` is odd, its product takes in whatever stands beyond the
 * last one: after a `tf.sub` with broadcasting, that is what was subtracted. A position of zeros keeps it out.
 */
export function product(a: Tensor2D, b: Tensor2D): Tensor2D {
  if (a.shape[1] % 2 === 0 || tf.getBackend() !== 'webgl') return tf.matMul(a, b);
  return tf.tidy(() =>
    tf.matMul(
      tf.pad(a, [
        [0, 0],
        [0, 1],
      ]),
      tf.pad(b, [
        [0, 1],
        [0, 0],
      ]),
    ),
  );
}
