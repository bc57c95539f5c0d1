import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Padding, padByOneGradient } from './padding.js';
import { winogradConv } from './winograd.js';

/** Row or column `at` of two, as wide as it is, at position `to` of `size` zeros. */
function placed(ring: Tensor4D, axis: 1 | 2, at: 0 | 1, to: number, size: number): Tensor4D {
  const begin = [0, 0, 0, 0];
  const shape = [...ring.shape];
  begin[axis] = at;
  shape[axis] = 1;
  const place = Float32Array.from({ length: size }, (_, i) => (i === to ? 1 : 0));
  return tf.mul(tf.slice(ring, begin, shape), tf.tensor(place, axis === 1 ? [1, size, 1, 1] : [1, 1, size, 1]));
}

/** Adds what the padding of one axis received, two rows or columns, to where the padding was taken from. Takes over `dx`. */
function addRing(dx: Tensor4D, ring: Tensor4D, axis: 1 | 2, padding: Padding): Tensor4D {
  const size = dx.shape[axis];
  const add = (x: Tensor4D, at: 0 | 1, to: number): Tensor4D => {
    const sum = tf.tidy(() => tf.add<Tensor4D>(x, placed(ring, axis, at, to, size)));
    x.dispose();
    return sum;
  };
  const [first, last] = padding === 'reflect' ? [1, size - 2] : [0, size - 1];
  return add(add(dx, 0, first), 1, last);
}

/** Columns `from` to `to` of a narrow band. */
const columns = (x: Tensor4D, from: number, to: number): Tensor4D =>
  tf.slice(x, [0, 0, from, 0], [x.shape[0], x.shape[1], to - from, x.shape[3]]);

/** Up to here, computing the ring by itself takes longer than it saves: deep layers have few positions and large kernels. */
const fewPositions = 256;

/**
 * The input gradient of a stride-1 3x3 convolution, by forward kernels, since TensorFlow.js's own for it is slow on wasm: `dy`
 * convolved with the rotated kernel `[3, 3, out, in]`, or with its Winograd kernels where there are some.
 *
 * With `'reflect'` and `'replicate'`, what fell into the padding goes back to where it came from. That ring, one row or column
 * on each side, is computed by itself, by convolutions whose stride jumps from side to side: cutting a padded gradient to
 * pieces takes longer than the whole convolution on wasm.
 */
export function convInputGradient(
  dy: Tensor4D,
  rotated: Tensor4D,
  padding: Padding,
  winograd?: readonly Tensor2D[],
): Tensor4D {
  return tf.tidy(() => {
    const within = (): Tensor4D =>
      winograd === undefined ? tf.conv2d(dy, rotated, 1, 'same') : winogradConv(dy, winograd);
    if (padding === 'zero') return within();
    const [, h, w] = dy.shape;
    if (h * w <= fewPositions) return padByOneGradient(tf.conv2d(dy, rotated, 1, 2), padding);
    const inner = within();
    const none: [number, number] = [0, 0];
    // Rows -1 and h of the padded gradient, with its corners; then columns -1 and w without them.
    const rows = tf.conv2d(dy, rotated, [h + 1, 1], [none, [2, 2], [2, 2], none]);
    const sides = tf.conv2d(dy, rotated, [1, w + 1], [none, [1, 1], [2, 2], none]);
    const corners = tf.concat([columns(rows, 0, 1), columns(rows, w + 1, w + 2)], 2);
    const ends = addRing(columns(rows, 1, w + 1), corners, 2, padding);
    return addRing(addRing(inner, ends, 1, padding), sides, 2, padding);
  });
}
