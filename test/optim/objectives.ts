import * as tf from '@tensorflow/tfjs-core';
import type { Differentiable, ValueAndGrad } from 'pastiche';
import { inject } from 'vitest';
import { randomNumbers } from '../_setup/compare';

/**
 * GPUs compile programs for every length of the history, and one in software takes its time: few lengths there. What a longer one does
 * is decided on the host; history.test.ts has its products on every backend.
 */
export const shortHistory: { readonly historySize?: number } = inject('software') ? { historySize: 3 } : {};

/** An objective from its closed form, as a user would write one. */
export function withGrad<T extends tf.Tensor>(
  valueAndGrad: (x: T) => ValueAndGrad<T>,
): Differentiable<T> & {
  valueAndGrad: (x: T) => ValueAndGrad<T>;
} {
  const tidied = (x: T): ValueAndGrad<T> =>
    tf.tidy(() => valueAndGrad(x) as ValueAndGrad<T> & tf.TensorContainerObject);
  return Object.assign((x: T) => tf.tidy(() => valueAndGrad(x).value), { valueAndGrad: tidied });
}

/** `sum 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`. */
export const rosenbrock = withGrad<tf.Tensor1D>((x) => {
  const n = x.size;
  const left = tf.slice1d(x, 0, n - 1);
  const valley = tf.sub(tf.slice1d(x, 1, n - 1), tf.square(left));
  const rest = tf.sub(1, left);
  const value = tf.sum<tf.Scalar>(tf.add(tf.mul(100, tf.square(valley)), tf.square(rest)));
  const onLeft = tf.sub(tf.mul(-400, tf.mul(left, valley)), tf.mul(2, rest));
  return { value, grad: tf.add(tf.pad(onLeft, [[0, 1]]), tf.pad(tf.mul(200, valley), [[1, 0]])) };
});

/** The classic start, alternating -1.2 and 1. */
export const rosenbrockStart = (n: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -1.2 : 1)));

/** `scale * (1/2 sum a_i x_i^2 - slope sum x_i)`, `a_i = condition^(i / (n - 1))`. */
export function quadratic(n: number, condition: number, slope = 0, scale = 1): Differentiable<tf.Tensor1D> {
  const a = Float32Array.from({ length: n }, (_, i) => condition ** (i / Math.max(1, n - 1)));
  return withGrad<tf.Tensor1D>((x) => {
    const ax = tf.mul<tf.Tensor1D>(tf.tensor1d(a), x);
    return {
      value: tf.mul<tf.Scalar>(
        scale,
        tf.sum<tf.Scalar>(tf.mul<tf.Tensor1D>(x, tf.sub<tf.Tensor1D>(tf.mul<tf.Tensor1D>(0.5, ax), slope))),
      ),
      grad: tf.mul<tf.Tensor1D>(scale, tf.sub(ax, slope)),
    };
  });
}

/** Beale's function of a vector of two; its gradient comes from the tape. */
export const beale: Differentiable<tf.Tensor1D> = (x) => {
  const [a, b] = [tf.slice1d(x, 0, 1), tf.slice1d(x, 1, 1)];
  const term = (constant: number, power: tf.Tensor1D): tf.Tensor1D =>
    tf.square<tf.Tensor1D>(tf.add(tf.sub(constant, a), tf.mul(a, power)));
  const b2 = tf.square(b);
  const b3 = tf.mul<tf.Tensor1D>(b2, b);
  return tf.sum<tf.Scalar>(tf.addN([term(1.5, b), term(2.25, b2), term(2.625, b3)]));
};

const channels = [3, 6, 8] as const;

function smoothPicture(side: number, seed: number, waves: number, contrast: number): tf.Tensor4D {
  const next = randomNumbers(seed);
  const terms = Array.from({ length: 3 * waves }, () => [next() * 0.5, next() * 0.5, next() * 7]);
  const values = new Float32Array(side * side * 3);
  for (let i = 0; i < values.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    let sum = 0;
    for (let k = 0; k < waves; k++) {
      const [u, v, phase] = terms[c * waves + k]!;
      sum += Math.sin(u! * x + v! * y + phase!);
    }
    values[i] = 0.5 + 0.5 * Math.max(-1, Math.min(1, (contrast * sum) / Math.sqrt(waves)));
  }
  return tf.tensor4d(values, [1, side, side, 3]);
}

/** Content and style statistics of a small seeded random network: the structure of Gatys' objective at a size for tests. */
export interface Gatys {
  readonly objective: Differentiable;
  readonly content: tf.Tensor4D;
  readonly noise: tf.Tensor4D;
  readonly dispose: () => void;
}

export function gatys(scale = 1): Gatys {
  // The cpu backend takes a second for what wasm does in 50 ms, and GPUs may be rendered in software.
  const side = tf.getBackend() === 'wasm' ? 48 : inject('software') ? 12 : 20;
  const next = randomNumbers(7);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const kernels = [0, 1].map((layer) => {
    const [inputs, outputs] = [channels[layer]!, channels[layer + 1]!];
    const values = Float32Array.from({ length: 9 * inputs * outputs }, () => gaussian() * Math.sqrt(2 / (9 * inputs)));
    return tf.tensor4d(values, [3, 3, inputs, outputs]);
  }) as [tf.Tensor4D, tf.Tensor4D];
  const rotated = kernels.map((k) =>
    tf.tidy(() => tf.transpose(tf.reverse(k, [0, 1]), [0, 1, 3, 2])),
  ) as typeof kernels;
  const matrix = (f: tf.Tensor4D): tf.Tensor2D => tf.reshape(f, [side * side, f.shape[3]]);
  const gram = (f: tf.Tensor4D): tf.Tensor2D => {
    const m = matrix(f);
    return tf.div(tf.matMul(tf.transpose(m), m), side * side);
  };
  const features = (x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor4D] => {
    const first = tf.relu(tf.conv2d(tf.sub<tf.Tensor4D>(x, 0.5), kernels[0], 1, 'same'));
    return [first, tf.relu(tf.conv2d(first, kernels[1], 1, 'same'))];
  };
  const content = smoothPicture(side, 1, 6, 0.6);
  const style = smoothPicture(side, 2, 9, 3);
  const [target, ...grams] = tf.tidy(() => [features(content)[1], ...features(style).map(gram)]) as [
    tf.Tensor4D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const styleTerm = (f: tf.Tensor4D, wanted: tf.Tensor2D): ValueAndGrad => {
    const difference = tf.sub(gram(f), wanted);
    const grad = tf.mul(4 / (difference.size * side * side), tf.matMul(matrix(f), difference));
    return { value: tf.mean(tf.square(difference)), grad: tf.reshape(grad, f.shape) };
  };
  const objective = Object.assign(
    withGrad<tf.Tensor4D>((x) => {
      const [first, second] = features(x);
      const s1 = styleTerm(first, grams[0]);
      const s2 = styleTerm(second, grams[1]);
      const difference = tf.sub(second, target);
      const c = tf.mul(0.03, tf.mean<tf.Scalar>(tf.square(difference)));
      const cGrad = tf.mul(0.06 / difference.size, difference);
      const masked = tf.mul<tf.Tensor4D>(tf.add(s2.grad, cGrad), tf.step(second));
      const onFirst = tf.mul<tf.Tensor4D>(tf.add(s1.grad, tf.conv2d(masked, rotated[1], 1, 'same')), tf.step(first));
      const parts = tf.mul<tf.Tensor1D>(scale, tf.stack([c, tf.add(s1.value, s2.value)]));
      return {
        value: tf.sum(parts),
        grad: tf.mul(scale, tf.conv2d(onFirst, rotated[0], 1, 'same')),
        parts,
      };
    }),
    { partNames: ['content', 'style'] },
  );
  const random = randomNumbers(3);
  const noise = tf.tensor4d(Float32Array.from({ length: content.size }, random), content.shape);
  return {
    objective,
    content,
    noise,
    dispose: () => tf.dispose([content, noise, style, target, ...grams, ...kernels, ...rotated]),
  };
}
