import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Padding, padByOne, padByOneGradient } from './padding.js';
import { winogradConv } from './winograd.js';

/* Gradients of a stride-1 convolution, all from forward kernels: on wasm, TensorFlow.js has no kernel for the filter's gradient
   and a slow one for the input's. */

const zeros: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

/**
 * The gradient of a 3x3 filter, `[3, 3, in, out]`, from the input `[b, h, w, in]` and the gradient at the output
 * `[b, h, w, out]`: `dW[ky, kx, i, o] = sum over b, y, x of padded[b, y + ky, x + kx, i] dy[b, y, x, o]`.
 *
 * That is a convolution too, with batch and channels in each other's place and `dy` as one large filter. It takes 1.6 times as
 * long as the forward convolution; sums of nine matrix products take 2 to 5 times as long.
 */
export function filterGradient(x: Tensor4D, dy: Tensor4D, padding: Padding): Tensor4D {
  return tf.tidy(() => {
    const padded = padding === 'zero' ? x : padByOne(x, padding);
    const filter = tf.transpose<Tensor4D>(dy, [1, 2, 0, 3]);
    const image = tf.transpose<Tensor4D>(padded, [3, 1, 2, 0]);
    // Not the number 1: with it, TensorFlow.js takes every filter for a square one.
    const pad = padding === 'zero' ? zeros : 'valid';
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

/**
 * The mean over all positions, `[b, h, w, c] -> [c]`. By pooling, first along the rows and then across them: on wasm seven times
 * faster than `tf.sum`, and more accurate, since no long list is added up number by number.
 */
export function meanOfPositions(x: Tensor4D): Tensor1D {
  return tf.tidy(() => {
    const [b, h, w, c] = x.shape;
    const rows = tf.avgPool<Tensor4D>(x, [1, w], 1, 'valid');
    return tf.reshape(tf.avgPool<Tensor4D>(tf.reshape(rows, [1, b * h, 1, c]), [b * h, 1], 1, 'valid'), [c]);
  });
}

/** The sum over all positions, `[b, h, w, c] -> [c]`. */
export function sumPositions(x: Tensor4D): Tensor1D {
  return tf.tidy(() => tf.mul(meanOfPositions(x), x.size / x.shape[3]));
}

/**
 * The kernel whose forward convolution is the input gradient: `[3, 3, in, out] -> [3, 3, out, in]`, turned by 180 degrees. On
 * the device, for kernels that change with every step. The turn is a product with a permutation: exact, and 14 times faster
 * on wasm than `tf.reverse`.
 */
export function rotateOnDevice(kernel: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [height, width, input, output] = kernel.shape;
    const places = height * width;
    const backwards = Float32Array.from({ length: places * places }, (_, i) =>
      Math.floor(i / places) + (i % places) === places - 1 ? 1 : 0,
    );
    const turned = tf.matMul(tf.tensor2d(backwards, [places, places]), tf.reshape(kernel, [places, input * output]));
    const swapped = tf.transpose(tf.reshape(turned, [places, input, output]), [0, 2, 1]);
    return tf.reshape<tf.Rank.R4>(swapped, [height, width, output, input]);
  });
}

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
 * The input gradient of a 3x3 convolution: `dy` convolved with the rotated kernel `[3, 3, out, in]`, or with its Winograd kernels
 * where there are some.
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
