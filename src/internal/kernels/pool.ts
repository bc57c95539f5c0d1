import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Op } from './op.js';

/** What a 2x2 window becomes. */
export const poolings = ['max', 'average'] as const;
/** See {@link poolings}. */
export type Pooling = (typeof poolings)[number];

/** What happens to the last row and column of an odd size: dropped, or pooled by themselves. */
export const poolRoundings = ['floor', 'ceil'] as const;
/** See {@link poolRoundings}. */
export type PoolRounding = (typeof poolRoundings)[number];

type Shape4 = Tensor4D['shape'];

/* Windows as axes: [b, 2h, 2w, c] -> [b * h, 2, w, 2, c] against pooled [b * h, 1, w, 1, c]. Broadcasting between the two is
   5 to 20 times faster than the pooling gradients of TensorFlow.js. */
const windows = (x: Tensor, [b, h, w, c]: Shape4): Tensor => tf.reshape(x, [b * h, 2, w, 2, c]);
const centres = (y: Tensor, [b, h, w, c]: Shape4): Tensor => tf.reshape(y, [b * h, 1, w, 1, c]);

/** Cuts or fills the last row and column so that the size is twice the pooled one. */
function toEven(x: Tensor4D, [b, h, w, c]: Shape4, fill: number): Tensor4D {
  const [, height, width] = x.shape;
  if (height === 2 * h && width === 2 * w) return x;
  const grown = tf.pad(
    x,
    [
      [0, 0],
      [0, Math.max(0, 2 * h - height)],
      [0, Math.max(0, 2 * w - width)],
      [0, 0],
    ],
    fill,
  );
  return tf.slice(grown, [0, 0, 0, 0], [b, 2 * h, 2 * w, c]);
}

/** The way back from {@link toEven}: what was dropped gets no gradient. */
function fromEven(dx: Tensor, [b, h, w, c]: Shape4, inputShape: Shape4): Tensor4D {
  return toSize(tf.reshape(dx, [b, 2 * h, 2 * w, c]), inputShape);
}

function toSize(x: Tensor4D, [b, h, w, c]: Shape4): Tensor4D {
  const [, height, width] = x.shape;
  if (height === h && width === w) return x;
  const grown = tf.pad(x, [
    [0, 0],
    [0, Math.max(0, h - height)],
    [0, Math.max(0, w - width)],
    [0, 0],
  ]);
  return tf.slice(grown, [0, 0, 0, 0], [b, h, w, c]);
}

/** Smaller than any feature, and finite: infinities do not survive every GPU. */
const NEVER_THE_MAXIMUM = -1e30;

function maxPool(pad: 'valid' | 'same'): Op {
  return {
    minimumSize: pad === 'valid' ? 2 : 1,
    forward: (x) => tf.maxPool(x, 2, 2, pad),
    gradientReads: ['x', 'y'],
    inputGradient: (dy, { x, y, inputShape }) =>
      tf.tidy(() => {
        const pooled = dy.shape;
        const [b, h, w, c] = pooled;
        // 1 where the window has its maximum. Tidies within the tidy: these are the largest tensors of a whole backward pass.
        const atMaximum = tf.tidy(() => {
          const below = tf.tidy(() =>
            tf.step(tf.sub(centres(y(), pooled), windows(toEven(x(), pooled, NEVER_THE_MAXIMUM), pooled))),
          );
          return tf.sub(1, below);
        });
        // Equal maxima (flat regions of a picture) share the gradient: a valid subgradient, where each taking it whole is not.
        const maxima = tf.mul(tf.avgPool(tf.reshape<tf.Rank.R4>(atMaximum, [b, 2 * h, 2 * w, c]), 2, 2, 'valid'), 4);
        return fromEven(tf.mul(centres(tf.div(dy, maxima), pooled), atMaximum), pooled, inputShape);
      }),
  };
}

/** How many rows (or columns) of the input each pooled one covers, `[n]`: 2, but 1 for a last one on its own. */
const covered = (pooled: number, size: number): Tensor =>
  tf.tensor1d(Array.from({ length: pooled }, (_, i) => Math.min(2, size - 2 * i)));

function averagePool(pad: 'valid' | 'same'): Op {
  return {
    minimumSize: pad === 'valid' ? 2 : 1,
    forward: (x) => tf.avgPool(x, 2, 2, pad),
    gradientReads: [],
    inputGradient: (dy, { inputShape }) =>
      tf.tidy(() => {
        const pooled = dy.shape;
        const [, h, w] = pooled;
        const counts = tf.mul(
          tf.reshape(covered(h, inputShape[1]), [1, h, 1, 1]),
          tf.reshape(covered(w, inputShape[2]), [1, 1, w, 1]),
        );
        const full = inputShape[1] >= 2 * h && inputShape[2] >= 2 * w;
        const share = full ? tf.mul(dy, 0.25) : tf.div(dy, counts);
        return fromEven(tf.mul(centres(share, pooled), tf.ones([1, 2, 1, 2, 1])), pooled, inputShape);
      }),
  };
}

/** 2x2 pooling with stride 2: `[b, h, w, c] -> [b, h/2, w/2, c]`, odd sizes rounded down (torch, VGG) or up (torch `ceil_mode`). */
export function pool(pooling: Pooling, rounding: PoolRounding): Op {
  const pad = rounding === 'ceil' ? 'same' : 'valid';
  return pooling === 'max' ? maxPool(pad) : averagePool(pad);
}

/** Nearest-neighbour enlargement by 2: `[b, h, w, c] -> [b, 2h, 2w, c]`. */
export const upsample: Op = {
  forward: (x) =>
    tf.tidy(() => {
      const [b, h, w, c] = x.shape;
      return tf.reshape<tf.Rank.R4>(tf.mul(centres(x, x.shape), tf.ones([1, 2, 1, 2, 1])), [b, 2 * h, 2 * w, c]);
    }),
  gradientReads: [],
  inputGradient: (dy) => tf.tidy(() => tf.mul(tf.avgPool(dy, 2, 2, 'valid'), 4)),
};
