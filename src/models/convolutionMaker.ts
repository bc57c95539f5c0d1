import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { bringColumnProducts } from '../internal/kernels/columnProducts.js';
import { type ConvTensors, conv } from '../internal/kernels/conv.js';
import { enlargedConv } from '../internal/kernels/enlargedConv.js';
import type { ForwardOp, KernelShape, Op } from '../internal/kernels/op.js';
import { upsample } from '../internal/kernels/pool.js';
import { rotateKernel } from '../internal/kernels/rotateKernel.js';
import { suitsWinograd, winogradKernels } from '../internal/kernels/winograd.js';
import type { VggOptions } from './vggPlan.js';
import type { Convolution } from './weights/index.js';

/** The numbers of one convolution. */
export type ConvWeights = Pick<Convolution, 'kernel' | 'kernelShape' | 'bias'>;

/** Makes the convolutions of one network; `owns` gathers their tensors, which the network frees. */
export function convolutionMaker({
  padding,
  gradients,
  winograd = false,
}: Pick<VggOptions, 'winograd'> & Required<Pick<VggOptions, 'padding' | 'gradients'>>): {
  readonly owns: readonly Tensor[];
  readonly convolution: (weights: ConvWeights) => Op;
  /** A convolution and the enlargement before it, as one or one after the other. */
  readonly enlarging: (weights: ConvWeights) => readonly ForwardOp[];
} {
  bringColumnProducts();
  const owns: Tensor[] = [];
  const own = <T extends Tensor>(tensor: T): T => {
    owns.push(tf.keep(tensor));
    return tensor;
  };
  /** The matrices of Winograd's algorithm, where it is wanted and faster. */
  const matricesOf = (kernel: Float32Array, shape: KernelShape): Tensor2D[] | undefined =>
    winograd && suitsWinograd(shape) ? winogradKernels(kernel, shape).map(own) : undefined;
  const convolution = ({ kernel, kernelShape, bias }: ConvWeights): Op => {
    const tensors: ConvTensors = {
      kernel: own(tf.tensor4d(kernel, [...kernelShape])),
      bias: own(tf.tensor1d(bias)),
    };
    const forward = matricesOf(kernel, kernelShape);
    if (forward !== undefined) tensors.winograd = { forward };
    if (!gradients) return conv(tensors, padding);
    const [h, w, input, output] = kernelShape;
    const turned = rotateKernel(kernel, kernelShape);
    const back = [h, w, output, input] as const;
    tensors.rotated = own(tf.tensor4d(turned, [...back]));
    if (tensors.winograd !== undefined) tensors.winograd.rotated = winogradKernels(turned, back).map(own);
    return conv(tensors, padding);
  };
  const enlarging = (weights: ConvWeights): readonly ForwardOp[] => {
    const { kernel, kernelShape, bias } = weights;
    const matrices = matricesOf(kernel, kernelShape);
    if (matrices === undefined) return [upsample, convolution(weights)];
    return [enlargedConv(own(tf.tensor4d(kernel, [...kernelShape])), own(tf.tensor1d(bias)), matrices, padding)];
  };
  return { owns, convolution, enlarging };
}
