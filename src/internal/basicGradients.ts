import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';

/* Core alone registers no gradients. These are arithmetic, shapes and sums: what surrounds any call of ours. */

/** The gradient of an operation with one output; the engine hands over a list only where there are several. */
export function one(dy: Tensor | Tensor[]): Tensor {
  return dy as Tensor;
}

/** Undoes broadcasting: sums `dx` to the shape of the operand. */
function reduceTo(dx: Tensor, operand: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(operand.shape, dx.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dx, axes) : dx, operand.shape);
}

type Binary = (dy: Tensor, a: Tensor, b: Tensor) => Tensor;
export const binary = (kernelName: string, da: Binary, db: Binary): GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    return { a: () => reduceTo(da(one(dy), a, b), a), b: () => reduceTo(db(one(dy), a, b), b) };
  },
});

type Unary = (dy: Tensor, x: Tensor, attributes: Record<string, unknown>) => Tensor;
export const unary = (kernelName: string, dx: Unary, input = 'x'): GradConfig => ({
  kernelName,
  inputsToSave: [input],
  gradFunc: (dy, saved, attributes) => ({ [input]: () => dx(one(dy), saved[0]!, attributes) }),
});

/** The gradient of a reduction over `axis`, spread back over `x`. */
export function spread(dy: Tensor, x: Tensor, axis: unknown): Tensor {
  const axes = tf.util.parseAxisParam(axis as number[], x.shape);
  const kept = x.shape.map((side, i) => (axes.includes(i) ? 1 : side));
  return tf.mul(tf.reshape(dy, kept), tf.onesLike(x));
}

const configs = (): GradConfig[] => [
  binary(
    tf.Add,
    (dy) => dy,
    (dy) => dy,
  ),
  binary(tf.Sub, (dy) => dy, tf.neg),
  binary(tf.Multiply, (dy, _a, b) => tf.mul(dy, b), tf.mul),
  binary(
    tf.RealDiv,
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.mul(tf.div(dy, b), tf.div(a, b))),
  ),
  binary(
    tf.SquaredDifference,
    (dy, a, b) => tf.mul(tf.mul(dy, 2), tf.sub(a, b)),
    (dy, a, b) => tf.mul(tf.mul(dy, 2), tf.sub(b, a)),
  ),
  unary(tf.Identity, (dy) => dy),
  unary(tf.Neg, tf.neg),
  unary(tf.Square, (dy, x) => tf.mul(tf.mul(dy, 2), x)),
  unary(tf.Abs, (dy, x) => tf.mul(dy, tf.sign(x))),
  unary(tf.Reshape, (dy, x) => tf.reshape(dy, x.shape)),
  unary(tf.Sum, (dy, x, { axis }) => spread(dy, x, axis)),
  unary(tf.Mean, (dy, x, { axis }) => tf.mul(spread(dy, x, axis), dy.size / x.size)),
  unary(tf.Transpose, (dy, _x, { perm }) => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm as number[]))),
];

/** Whether there is a gradient for a kernel of this name. Typed as always defined, yet undefined where nothing is registered. */
export const hasGradient = (name: string): boolean => (tf.getGradient(name) as GradConfig | undefined) !== undefined;

/** Registers gradients, each only where nobody has registered one yet. */
export function registerAbsent(gradients: readonly GradConfig[]): void {
  for (const config of gradients) if (!hasGradient(config.kernelName)) tf.registerGradient(config);
}

/** A part of {@link ensureGradients}, for functions that should stay small in a bundle. */
export function ensureBasicGradients(): void {
  registerAbsent(configs());
}
