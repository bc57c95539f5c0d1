import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { assert } from '../assert.js';
import { assertRoomForConv } from '../room.js';
import { networkLoops } from '../wasm/networkLoops.js';
import { convInputGradient } from './convInputGradient.js';
import type { Footprint, KernelShape, Op } from './op.js';
import { type Padding, padByOne } from './padding.js';
import { winogradConv, winogradWork } from './winograd.js';
import { winogradMatrices } from './winogradTiles.js';

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

/** Pictures have three channels: what reads so few takes a twentieth of the time of a convolution of 64. */
const fewChannels = 3;

/** Whether a border is laid around the input. A 1x1 kernel has none; zeros are padded inside the kernel, which allocates nothing. */
const isPadded = ([size]: KernelShape, padding: Padding): boolean => size > 1 && padding !== 'zero';

/** Bytes of kernel and bias, of the turned kernel, and of the matrices of both. */
function convWeightBytes(
  [height, width, input, output]: KernelShape,
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
  shape: KernelShape,
  padding: Padding,
  { winograd = false, gradients = false } = {},
): Footprint {
  const [, , input, output] = shape;
  const padded = isPadded(shape, padding);
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
  const padded = isPadded(kernel.shape, padding);
  const run = (x: Tensor4D, activation: 'linear' | 'relu'): Tensor4D => {
    assertRoomForConv(x.shape, kernel.shape);
    if (winograd !== undefined && networkLoops() !== undefined)
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
        const kernels = networkLoops() === undefined ? undefined : winograd?.rotated;
        return convInputGradient(dy, rotated, padded ? padding : 'zero', kernels);
      }),
  };
}
