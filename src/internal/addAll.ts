import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Buffers that a WebGPU shader may use (8 by default, which TensorFlow.js does not raise), less one for the result. */
const mostOperands = 7;

/**
 * The sum of tensors of one shape. With more than seven, `tf.addN` of the webgpu backend computes nothing, says nothing, and takes
 * the rest of the commands that wait on the device with it; here they are added in groups. Differentiable by the tape.
 */
export function addAll<T extends Tensor>(tensors: readonly T[]): T {
  if (tensors.length <= mostOperands) return tf.addN<T>([...tensors]);
  return tf.tidy(() => {
    const groups: T[] = [];
    for (let i = 0; i < tensors.length; i += mostOperands) groups.push(tf.addN<T>(tensors.slice(i, i + mostOperands)));
    return addAll(groups);
  });
}
