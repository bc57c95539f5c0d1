import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { readBack } from '../../internal/readBack.js';
import type { ConvWeights } from '../convolutionMaker.js';
import type { WeightArray } from '../weights/index.js';
import { toHwio, toOihw } from '../weights/kernelLayout.js';
import type { NamedVariable } from './layer.js';

/** Arrays by name, such as `'decoder3.conv2_1.weight'`, `[out, in, 3, 3]`: what `encodeSafetensors` takes. Plain data. */
export type NamedWeights = Readonly<Record<string, WeightArray>>;

/** A convolution as two named arrays. */
export const namedConvolution = (name: string, { kernel, kernelShape, bias }: ConvWeights): NamedWeights => ({
  [`${name}.weight`]: toOihw(kernel, kernelShape),
  [`${name}.bias`]: { shape: [bias.length], values: bias },
});

/** A 3x3 convolution out of named arrays, checked. */
export function findConvolution(
  where: string,
  weights: NamedWeights,
  name: string,
  input: number,
  output: number,
): ConvWeights {
  const weight = findArray(where, weights, `${name}.weight`, [output, input, 3, 3]);
  const bias = findArray(where, weights, `${name}.bias`, [output]);
  return { kernel: toHwio(weight), kernelShape: [3, 3, input, output], bias: bias.values };
}

/** A named array of a known shape. */
export function findArray(where: string, arrays: NamedWeights, name: string, shape: readonly number[]): WeightArray {
  const found = arrays[name];
  assert(
    found?.shape.join() === shape.join() && found.values.length === shape.reduce((a, b) => a * b, 1),
    () => `${where} must have an array ${show(name)} of shape ${show(shape)}; got ${show(found?.shape)}`,
    WeightsError,
  );
  return found;
}

/** Copies of tensors, read back together. */
export async function readArrays(tensors: readonly (readonly [name: string, Tensor])[]): Promise<NamedWeights> {
  const values = await Promise.all(tensors.map(([, tensor]) => readBack('training', tensor)));
  // Copies: on the cpu backend `data` is the tensor's own memory.
  return Object.fromEntries(
    tensors.map(([name, { shape }], i) => [name, { shape: [...shape], values: Float32Array.from(values[i]!) }]),
  );
}

/** The variables of a network as named arrays: kernels in the order of weight files, the rest as it is. */
export async function readWeights(variables: readonly NamedVariable[], prefix: string): Promise<NamedWeights> {
  const arrays = await readArrays(variables.map(({ name, variable }) => [prefix + name, variable]));
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      array.shape.length === 4 ? toOihw(array.values, array.shape as [number, number, number, number]) : array,
    ]),
  );
}

/** The way back from {@link readWeights}. */
export function assignWeights(
  where: string,
  variables: readonly NamedVariable[],
  prefix: string,
  weights: NamedWeights,
): void {
  for (const { name, variable } of variables) {
    const [h, w, input, output] = variable.shape;
    const kernel = variable.shape.length === 4;
    const shape = kernel ? [output!, input!, h, w!] : variable.shape;
    const found = findArray(where, weights, prefix + name, shape);
    const value = tf.tensor(kernel ? toHwio(found) : found.values, variable.shape);
    variable.assign(value);
    value.dispose();
  }
}
