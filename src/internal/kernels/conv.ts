import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Op } from './op.js';
import { type Padding, padByOne, padByOneGradient } from './padding.js';

/** The tensors of a frozen convolution. Whoever made them disposes them. */
export interface ConvTensors {
  /** `[k, k, in, out]`, k odd. */
  kernel: Tensor4D;
  /** `[out]`. */
  bias: Tensor1D;
  /** The kernel turned by 180 degrees with in and out swapped, `[k, k, out, in]`; only where gradients are wanted. */
  rotated?: Tensor4D;
}

/** The kernel whose forward convolution is the input gradient: turned by 180 degrees, in and out swapped. */
export function rotateKernel(kernel: Tensor4D): Tensor4D {
  return tf.tidy(() => tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]));
}

/** A stride-1 convolution with bias that keeps the size: `[b, h, w, in] -> [b, h, w, out]`. */
export function conv({ kernel, bias, rotated }: ConvTensors, padding: Padding): Op {
  const size = kernel.shape[0];
  // A 1x1 kernel has no border to pad; 'same' pads with zeros inside the kernel and allocates nothing.
  const padded = size > 1 && padding !== 'zero';
  const run = (x: Tensor4D, activation: 'linear' | 'relu'): Tensor4D =>
    tf.tidy(() =>
      tf.fused.conv2d<Tensor4D>({
        x: padded ? padByOne(x, padding) : x,
        filter: kernel,
        strides: 1,
        pad: padded ? 'valid' : 'same',
        bias,
        activation,
      }),
    );
  return {
    forward: (x) => run(x, 'linear'),
    forwardRelu: (x) => run(x, 'relu'),
    minimumSize: padded && padding === 'reflect' ? 2 : 1,
    gradientReads: [],
    inputGradient: (dy) =>
      tf.tidy(() => {
        // Without a stored rotated kernel (a network loaded for its features alone) it is made on the way.
        const turned = rotated ?? rotateKernel(kernel);
        if (!padded) return tf.conv2d(dy, turned, 1, 'same');
        return padByOneGradient(tf.conv2d(dy, turned, 1, size - 1), padding);
      }),
  };
}
