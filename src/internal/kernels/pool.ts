import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Footprint, Op, Pass } from './op.js';

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

/** Drops the last row or column of odd sizes, as rounding down does, or adds one, as rounding up does. */
function fitted(x: Tensor4D, [b, h, w, c]: Shape4, fill = 0): Tensor4D {
  const [, height, width] = x.shape;
  if (height === h && width === w) return x;
  if (height > h || width > w) return tf.slice(x, [0, 0, 0, 0], [b, h, w, c]);
  const room: [number, number][] = [
    [0, 0],
    [0, h - height],
    [0, w - width],
    [0, 0],
  ];
  return tf.pad(x, room, fill);
}

/** Windows as features of `shape`; what was in no window gets no gradient. Takes over `dx`. */
function fromWindows(dx: Tensor, [b, h, w, c]: Shape4, shape: Shape4): Tensor4D {
  const even = tf.reshape<tf.Rank.R4>(dx, [b, 2 * h, 2 * w, c]);
  dx.dispose();
  return fitted(even, shape);
}

/** Smaller than any feature, and finite: infinities do not survive every GPU. */
const NEVER_THE_MAXIMUM = -1e30;

/** Of a 2x2 pool. */
export function poolFootprint(pooling: Pooling, rounding: PoolRounding): Footprint {
  const sides = rounding === 'ceil' ? 'halved-up' : 'halved';
  return pooling === 'max'
    ? { cost: 'low', sides, gradientReads: ['x', 'y'], gradientCopies: 2.75, pastRelu: true }
    : { cost: 'low', sides, gradientReads: [], gradientCopies: 2 };
}

/** Tidies within the tidy: in the first block these are the largest tensors of a whole backward pass. */
function maxPoolGradient(dy: Tensor4D, { x, y, inputShape }: Pass): Tensor4D {
  return tf.tidy(() => {
    const pooled = dy.shape;
    const [b, h, w, c] = pooled;
    // 1 where the window has its maximum.
    const atMaximum = tf.tidy(() => {
      const below = tf.tidy(() => {
        const even = (): Tensor4D => fitted(x(), [b, 2 * h, 2 * w, c], NEVER_THE_MAXIMUM);
        return tf.step(tf.tidy(() => tf.sub(centres(y(), pooled), windows(even(), pooled))));
      });
      return tf.sub(1, below);
    });
    // Equal maxima (flat regions of a picture) share the gradient: a valid subgradient, where each taking it whole is not.
    const shares = tf.tidy(() => {
      const mean = tf.tidy(() => tf.avgPool(tf.reshape<tf.Rank.R4>(atMaximum, [b, 2 * h, 2 * w, c]), 2, 2, 'valid'));
      return centres(tf.div(dy, tf.mul(mean, 4)), pooled);
    });
    const dx = tf.mul(shares, atMaximum);
    tf.dispose([shares, atMaximum]);
    return fromWindows(dx, pooled, inputShape);
  });
}

function maxPool(pad: 'valid' | 'same'): Op {
  return {
    ...poolFootprint('max', pad === 'valid' ? 'floor' : 'ceil'),
    minimumSize: pad === 'valid' ? 2 : 1,
    forward: (x) => tf.maxPool(x, 2, 2, pad),
    inputGradient: maxPoolGradient,
    // Where the maximum is above 0, so is the input that has it; where it is 0, the relu lets nothing through. So the mask of the
    // relu can be laid on the pooled gradient, at a quarter of the size.
    inputGradientPastRelu: (dy, pass) =>
      tf.tidy(() => {
        const masked = tf.tidy(() => tf.mul<Tensor4D>(dy, tf.step(pass.y())));
        return maxPoolGradient(masked, pass);
      }),
  };
}

/** How many rows (or columns) of the input each pooled one covers, `[n]`: 2, but 1 for a last one on its own. */
const covered = (pooled: number, size: number): Tensor =>
  tf.tensor1d(Array.from({ length: pooled }, (_, i) => Math.min(2, size - 2 * i)));

function averagePool(pad: 'valid' | 'same'): Op {
  return {
    ...poolFootprint('average', pad === 'valid' ? 'floor' : 'ceil'),
    minimumSize: pad === 'valid' ? 2 : 1,
    forward: (x) => tf.avgPool(x, 2, 2, pad),
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
        const dx = tf.mul(centres(share, pooled), tf.ones([1, 2, 1, 2, 1]));
        return fromWindows(dx, pooled, inputShape);
      }),
  };
}

/** 2x2 pooling with stride 2: `[b, h, w, c] -> [b, h/2, w/2, c]`, odd sizes rounded down (torch, VGG) or up (torch `ceil_mode`). */
export function pool(pooling: Pooling, rounding: PoolRounding): Op {
  const pad = rounding === 'ceil' ? 'same' : 'valid';
  return pooling === 'max' ? maxPool(pad) : averagePool(pad);
}

/** Of an enlargement. */
export const upsampleFootprint: Footprint = { cost: 'low', sides: 'doubled', gradientReads: [], gradientCopies: 2 };

/** Nearest-neighbour enlargement by 2: `[b, h, w, c] -> [b, 2h, 2w, c]`. */
export const upsample: Op = {
  ...upsampleFootprint,
  forward: (x) =>
    tf.tidy(() => {
      const [b, h, w, c] = x.shape;
      return tf.reshape<tf.Rank.R4>(tf.mul(centres(x, x.shape), tf.ones([1, 2, 1, 2, 1])), [b, 2 * h, 2 * w, c]);
    }),
  inputGradient: (dy) => tf.tidy(() => tf.mul(tf.avgPool(dy, 2, 2, 'valid'), 4)),
};
