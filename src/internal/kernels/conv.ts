import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { assert } from '../assert.js';
import { assertRoomForConv } from '../room.js';
import { wasmKernels } from '../wasm/kernels.js';
import { convInputGradient } from './convGradients.js';
import type { Footprint, Op } from './op.js';
import { type Padding, padByOne } from './padding.js';
import { winogradConv, winogradMatrices, winogradWork } from './winograd.js';

/** The tensors of a frozen convolution. Whoever made them disposes them. */
export interface ConvTensors {
  /** `[k, k, in, out]`, k odd. */
  kernel: Tensor4D;
  /** `[out]`. */
  bias: Tensor1D;
  /** The kernel turned by 180 degrees with in and out swapped, `[k, k, out, in]`; only where gradients are wanted. */
  rotated?: Tensor4D;
  /** Both once more as {@link winogradKernels}; only where that is faster. */
  winograd?: { forward: readonly Tensor2D[]; rotated?: readonly Tensor2D[] };
}

/**
 * The numbers of the kernel whose forward convolution is the input gradient: turned by 180 degrees, in and out swapped,
 * `[k, k, in, out] -> [k, k, out, in]`. On the host: this is done once, and reversing large tensors is slow on some backends.
 */
export function rotateKernel(
  kernel: Float32Array,
  [height, width, input, output]: readonly [number, number, number, number],
): Float32Array {
  const rotated = new Float32Array(kernel.length);
  const places = height * width;
  for (let place = 0; place < places; place++)
    for (let i = 0; i < input; i++)
      for (let o = 0; o < output; o++)
        rotated[((places - 1 - place) * output + o) * input + i] = kernel[(place * input + i) * output + o]!;
  return rotated;
}

/** Pictures have three channels: what reads so few takes a twentieth of the time of a convolution of 64. */
const fewChannels = 3;

/** Bytes of kernel and bias, of the turned kernel, and of the matrices of both. */
export function convWeightBytes(
  [height, width, input, output]: readonly [number, number, number, number],
  { winograd = false, gradients = false } = {},
): number {
  const places = height * width + (winograd ? winogradMatrices : 0);
  return 4 * (output + (gradients ? 2 : 1) * places * input * output);
}

/**
 * Of a convolution by `[k, k, in, out]`. Padding that is not zeros is laid around a copy, though not on Winograd's way, and its
 * gradient added in two more.
 */
export function convFootprint(
  shape: readonly [number, number, number, number],
  padding: Padding,
  { winograd = false, gradients = false } = {},
): Footprint {
  const [size, , input, output] = shape;
  const padded = size > 1 && padding !== 'zero';
  return {
    cost: input <= fewChannels ? 'low' : 'high',
    channels: output,
    gradientReads: [],
    gradientCopies: padded ? 3 : 1,
    forwardCopies: padded && !winograd ? 1 : 0,
    weightBytes: convWeightBytes(shape, { winograd, gradients }),
    ...(winograd && { work: winogradWork(shape) }),
  };
}

/** A stride-1 convolution with bias that keeps the size: `[b, h, w, in] -> [b, h, w, out]`. */
export function conv({ kernel, bias, rotated, winograd }: ConvTensors, padding: Padding): Op {
  const size = kernel.shape[0];
  // A 1x1 kernel has no border to pad; 'same' pads with zeros inside the kernel and allocates nothing.
  const padded = size > 1 && padding !== 'zero';
  const run = (x: Tensor4D, activation: 'linear' | 'relu'): Tensor4D => {
    assertRoomForConv(x.shape, kernel.shape);
    if (winograd !== undefined && wasmKernels() !== undefined)
      return winogradConv(x, winograd.forward, { padding, bias, relu: activation === 'relu' });
    return tf.tidy(() =>
      tf.fused.conv2d<Tensor4D>({
        x: padded ? padByOne(x, padding) : x,
        filter: kernel,
        strides: 1,
        pad: padded ? 'valid' : 'same',
        bias,
        activation,
      }),
    );
  };
  return {
    ...convFootprint(kernel.shape, padding, { winograd: winograd !== undefined, gradients: rotated !== undefined }),
    forward: (x) => run(x, 'linear'),
    forwardRelu: (x) => run(x, 'relu'),
    minimumSize: padded && padding === 'reflect' ? 2 : 1,
    inputGradient: (dy) =>
      tf.tidy(() => {
        assert(
          rotated !== undefined,
          () => 'imageGradient: the network was loaded with gradients: false; load it without',
        );
        assertRoomForConv(dy.shape, rotated.shape);
        const kernels = wasmKernels() === undefined ? undefined : winograd?.rotated;
        return convInputGradient(dy, rotated, padded ? padding : 'zero', kernels);
      }),
  };
}
