import * as tf from '@tensorflow/tfjs-core';
import { randomNumbers } from '../../_setup/compare';

/* The float64 side of the comparison: plain arrays, `[h, w, c]` row by row. Inputs are float32 numbers, so that both sides start
   from the same ones. */

export type Numbers = ArrayLike<number>;

/** A feature map or a picture. */
export interface Field {
  readonly shape: readonly [h: number, w: number, c: number];
  readonly values: Numbers;
}

/** Seeded numbers in `min..max`, every one a float32. */
export function randomArray(length: number, seed: number, min = 0, max = 1): Float32Array {
  const next = randomNumbers(seed);
  return Float32Array.from({ length }, () => min + (max - min) * next());
}

export const randomField = (shape: Field['shape'], seed: number, min = 0, max = 1): Field => ({
  shape,
  values: randomArray(shape[0] * shape[1] * shape[2], seed, min, max),
});

export const toTensor = ({ shape, values }: Field): tf.Tensor4D =>
  tf.tensor4d(Float32Array.from(values), [1, ...shape]);

export const add = (a: Numbers, b: Numbers, scale = 1): Float64Array =>
  Float64Array.from(a, (value, i) => value + scale * b[i]!);

export const dot = (a: Numbers, b: Numbers): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
