import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { binary, ensureBasicGradients, one, registerAbsent, spread, unary } from './basicGradients.js';

/* What people write losses with, beyond arithmetic. */

/** 1 where `a >= b`, else 0. */
const atLeast = (a: Tensor, b: Tensor | number): Tensor => tf.sub(1, tf.step(tf.sub(b, a)));

/** The gradient of the largest (`sign` 1) or smallest (-1) element along axes; equal ones share it. */
const extreme =
  (sign: 1 | -1) =>
  (dy: Tensor, x: Tensor, { reductionIndices, axis = reductionIndices }: Record<string, unknown>): Tensor =>
    tf.tidy(() => {
      const signed = tf.mul(x, sign);
      const axes = tf.util.parseAxisParam(axis as number[], x.shape);
      const chosen = atLeast(signed, tf.max(signed, axes, true));
      return tf.div(tf.mul(spread(dy, x, axes), chosen), tf.sum(chosen, axes, true));
    });

const configs = (): GradConfig[] => [
  binary(
    tf.Maximum,
    (dy, a, b) => tf.mul(dy, atLeast(a, b)),
    (dy, a, b) => tf.mul(dy, tf.step(tf.sub(b, a))),
  ),
  binary(
    tf.Minimum,
    (dy, a, b) => tf.mul(dy, atLeast(b, a)),
    (dy, a, b) => tf.mul(dy, tf.step(tf.sub(a, b))),
  ),
  binary(
    tf.Pow,
    (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    (dy, a, b) => tf.mul(dy, tf.mul(tf.pow(a, b), tf.log(tf.maximum(a, 1e-30)))),
  ),
  unary(tf.Sqrt, (dy, x) => tf.div(dy, tf.mul(tf.sqrt(x), 2))),
  unary(tf.Exp, (dy, x) => tf.mul(dy, tf.exp(x))),
  unary(tf.Log, (dy, x) => tf.div(dy, x)),
  unary(tf.Sigmoid, (dy, x) => tf.tidy(() => tf.mul(dy, tf.mul(tf.sigmoid(x), tf.sub(1, tf.sigmoid(x)))))),
  unary(tf.Tanh, (dy, x) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  unary(tf.ExpandDims, (dy, x) => tf.reshape(dy, x.shape), 'input'),
  unary(tf.Slice, (dy, x, { begin, size }) => {
    const [start, length] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]) as [
      number[],
      number[],
    ];
    return tf.pad(
      dy,
      x.shape.map((side, i): [number, number] => [start[i]!, side - start[i]! - length[i]!]),
    );
  }),
  unary(tf.PadV2, (dy, x, { paddings }) =>
    tf.slice(
      dy,
      (paddings as [number, number][]).map(([before]) => before),
      x.shape,
    ),
  ),
  {
    kernelName: tf.Concat,
    saveAllInputs: true,
    gradFunc: (dy, saved, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, saved[0]!.shape)[0]!;
      const pieces = tf.split(
        one(dy),
        saved.map((x) => x.shape[along]!),
        along,
      );
      return Object.fromEntries(pieces.map((piece, i) => [String(i), () => piece]));
    },
  },
  {
    kernelName: tf.AddN,
    saveAllInputs: true,
    gradFunc: (dy, saved) => Object.fromEntries(saved.map((_, i) => [String(i), () => tf.clone(one(dy))])),
  },
  {
    kernelName: tf.BatchMatMul,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attributes) => {
      const g = one(dy);
      const [a, b] = saved as [Tensor, Tensor];
      const { transposeA: ta, transposeB: tb } = attributes as unknown as tf.BatchMatMulAttrs;
      return {
        a: () => (ta ? tf.matMul(b, g, tb, true) : tf.matMul(g, b, false, !tb)),
        b: () => (tb ? tf.matMul(g, a, true, ta) : tf.matMul(a, g, !ta, false)),
      };
    },
  },
  unary(tf.Relu, (dy, x) => tf.mul(dy, tf.step(x))),
  unary(tf.Cast, (dy) => dy),
  unary(tf.Rsqrt, (dy, x) => tf.div(dy, tf.mul(tf.mul(x, tf.sqrt(x)), -2))),
  unary(tf.ClipByValue, (dy, x, { clipValueMin, clipValueMax }) =>
    tf.mul(dy, tf.mul(atLeast(x, clipValueMin as number), atLeast(tf.neg(x), -(clipValueMax as number)))),
  ),
  unary(tf.Max, extreme(1)),
  unary(tf.Min, extreme(-1)),
  {
    kernelName: tf.Pack,
    saveAllInputs: true,
    gradFunc: (dy, _, { axis }) =>
      Object.fromEntries(tf.unstack(one(dy), axis as number).map((piece, i) => [String(i), () => piece])),
  },
  {
    kernelName: tf.Unpack,
    gradFunc: (dy, _, { axis }) => ({ value: () => tf.stack(dy as Tensor[], axis as number) }),
  },
  {
    kernelName: tf.SplitV,
    gradFunc: (dy, _, { axis }) => ({ x: () => tf.concat(dy as Tensor[], axis as number) }),
  },
];

/**
 * Registers gradients for the operations that code around this library's functions commonly uses (arithmetic, sums, means,
 * extremes, shapes, stacking and splitting, `matMul`, simple activations), each only where nobody has registered one yet. TensorFlow.js core registers none by
 * itself outside bundlers. Every factory of this library calls it, so that you rarely have to.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { ensureGradients } from 'pastiche';
 *
 * ensureGradients();
 * const slope = tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, 2]));
 * console.log(Array.from(slope.dataSync())); // => [2, 4]
 * ```
 */
export function ensureGradients(): void {
  ensureBasicGradients();
  registerAbsent(configs());
}
