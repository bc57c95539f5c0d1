import * as tf from '@tensorflow/tfjs-core';
import { safetensors } from '../../src/index.js';
import { fileReader } from '../../src/node/index.js';

/** One array of a file as a tensor. */
export async function tensorOf<T extends tf.Tensor>(file: string, name: string): Promise<T> {
  const { shape, values } = await safetensors(fileReader(file)).read(name);
  return tf.tensor(values, [...shape]) as T;
}
