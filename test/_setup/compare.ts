import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

type Numbers = ArrayLike<number>;

/** `|actual - expected|_2 / |expected|_2`, in float64. */
export function relativeL2(actual: Numbers, expected: Numbers): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}

/** Float32 rounding of one backend: cpu computes in float64 between the operations, the others in float32, GPUs with less exact division. */
export const tolerance = (): number => ({ cpu: 1e-5, wasm: 1e-4, webgl: 2e-4, webgpu: 2e-4 })[tf.getBackend()] ?? 1e-4;

/** Asserts that `run` leaves exactly `grows` tensors more than it found. */
export async function expectTensorGrowth<T>(grows: number, run: () => T | Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await run();
  expect(tf.memory().numTensors - before).toBe(grows);
  return result;
}

/** A seeded generator for tests: uniform in 0..1 (Mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A tensor of seeded numbers, uniform in `min..max`. */
export function randomTensor<R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number, min = 0, max = 1): tf.Tensor<R> {
  const next = randomNumbers(seed);
  const values = Float32Array.from(
    { length: tf.util.sizeFromShape(shape as number[]) },
    () => min + (max - min) * next(),
  );
  return tf.tensor(values, shape);
}

/**
 * Relative error between a gradient and a central difference of `f` along the gradient itself, where the signal is largest.
 * `f` must be evaluated in float64 on the host or be well scaled.
 */
export async function directionalError(
  f: (x: tf.Tensor4D) => tf.Tensor,
  x: tf.Tensor4D,
  grad: tf.Tensor4D,
  step: number,
): Promise<number> {
  const norm = Math.sqrt((await tf.tidy(() => tf.sum(tf.square(grad))).data())[0]!);
  const at = async (t: number): Promise<number> =>
    (await tf.tidy(() => f(tf.add(x, tf.mul(grad, t / norm)))).data())[0]!;
  const slope = ((await at(step)) - (await at(-step))) / (2 * step);
  return Math.abs(slope - norm) / norm;
}
