import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { LayerError } from '../errors.js';
import { assert, assertNoOthers, assertOneOf, show } from '../internal/assert.js';
import { type ConvTensors, conv } from '../internal/kernels/conv.js';
import { enlargedConv } from '../internal/kernels/enlargedConv.js';
import { type Padding, paddings } from '../internal/kernels/padding.js';
import { type Pooling, type PoolRounding, pool, poolRoundings, poolings, upsample } from '../internal/kernels/pool.js';
import type { ForwardOp, Op } from '../internal/kernels/op.js';
import { relu } from '../internal/kernels/relu.js';
import { rotateKernel } from '../internal/kernels/rotateKernel.js';
import { suitsWinograd, winogradKernels } from '../internal/kernels/winograd.js';
import { type Architecture, type VggLayer, architectures, vggLayers } from './architectures.js';
import type { FeatureExtractor } from './extractor.js';
import type { ColorMap } from './preprocessing.js';
import { type NamedOp, sequential } from './sequential.js';
import type { Convolution } from './weights/index.js';

/** The numbers of one convolution. */
export type ConvWeights = Pick<Convolution, 'kernel' | 'kernelShape' | 'bias'>;

/** How a VGG network is put together; the weights say nothing about these. */
export interface VggOptions<A extends Architecture = Architecture, L extends VggLayer<A> = VggLayer<A>> {
  /** Which network. @defaultValue 'vgg19' */
  readonly architecture?: A;
  /** What a 2x2 window becomes. Gatys et al. found that `'average'` gives slightly more appealing pictures. @defaultValue 'max' */
  readonly pooling?: Pooling;
  /** Whether odd sizes are pooled to the smaller or the larger half. @defaultValue 'floor' */
  readonly poolRounding?: PoolRounding;
  /** How convolutions continue the picture beyond its border. VGG was trained with zeros. @defaultValue 'zero' */
  readonly padding?: Padding;
  /** The deepest layer to build: deeper weights are neither read nor held. @defaultValue the last layer */
  readonly upTo?: L;
  /** Whether the weights that {@link FeatureExtractor.imageGradient} needs are held too (as much again). @defaultValue true */
  readonly gradients?: boolean;
  /**
   * Whether convolutions of 16 channels and more take Winograd's way on wasm: 1.6 to 3.2 times as fast, the same numbers up to
   * rounding, five times the memory for weights. @defaultValue true
   */
  readonly winograd?: boolean;
}

/** A network before its weights: checked options and the layers to build, `'image'` first. */
export interface VggPlan<A extends Architecture> extends Required<Omit<VggOptions<A>, 'upTo'>> {
  readonly layers: readonly VggLayer<A>[];
}

/** Checks options that are independent of the weights, and fills in the defaults. */
export function vggPlan<A extends Architecture>(where: string, options: VggOptions<A>): VggPlan<A> {
  const {
    architecture = 'vgg19' as A,
    pooling = 'max',
    poolRounding = 'floor',
    padding = 'zero',
    upTo,
    gradients = true,
    winograd = true,
    ...others
  } = options;
  assertNoOthers(where, others);
  assertOneOf(where, 'architecture', architecture, Object.keys(architectures));
  assertOneOf(where, 'pooling', pooling, poolings);
  assertOneOf(where, 'poolRounding', poolRounding, poolRoundings);
  assertOneOf(where, 'padding', padding, paddings);
  const all = vggLayers(architecture);
  const deepest = upTo === undefined ? all.length - 1 : all.indexOf(upTo);
  assert(
    deepest >= 1,
    () => `${where}: upTo must be a layer after 'image', one of ${all.slice(1).join(', ')}; got ${show(upTo)}`,
    LayerError,
  );
  return { architecture, pooling, poolRounding, padding, gradients, winograd, layers: all.slice(0, deepest + 1) };
}

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
  const owns: Tensor[] = [];
  const own = <T extends Tensor>(tensor: T): T => {
    owns.push(tf.keep(tensor));
    return tensor;
  };
  const convolution = ({ kernel, kernelShape, bias }: ConvWeights): Op => {
    const faster = winograd && suitsWinograd(kernelShape);
    const tensors: ConvTensors = {
      kernel: own(tf.tensor4d(kernel, [...kernelShape])),
      bias: own(tf.tensor1d(bias)),
    };
    if (faster) tensors.winograd = { forward: winogradKernels(kernel, kernelShape).map(own) };
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
    if (!winograd || !suitsWinograd(kernelShape)) return [upsample, convolution(weights)];
    const matrices = winogradKernels(kernel, kernelShape).map(own);
    return [enlargedConv(own(tf.tensor4d(kernel, [...kernelShape])), own(tf.tensor1d(bias)), matrices, padding)];
  };
  return { owns, convolution, enlarging };
}

/** The network of a plan from the weights of its convolutions. */
export function buildVgg<A extends Architecture>(
  plan: VggPlan<A>,
  colors: ColorMap | ConvWeights | undefined,
  weights: ReadonlyMap<string, ConvWeights>,
): FeatureExtractor<VggLayer<A>> {
  const { layers, pooling, poolRounding } = plan;
  const { owns, convolution } = convolutionMaker(plan);
  const ops: NamedOp[] = [];
  if (colors !== undefined)
    ops.push({ name: '_colors', op: convolution('kernel' in colors ? colors : colorConvolution(colors)) });
  for (const name of layers.slice(1)) {
    if (name.startsWith('conv')) ops.push({ name, op: convolution(weights.get(name)!) });
    else ops.push({ name, op: name.startsWith('relu') ? relu : pool(pooling, poolRounding) });
  }
  return sequential(ops, owns);
}

/** A colour map as a 1x1 convolution. */
function colorConvolution({ matrix, bias }: ColorMap): ConvWeights {
  const kernel = Float32Array.from({ length: 9 }, (_, i) => matrix[i % 3]![Math.floor(i / 3)]!);
  return { kernel, kernelShape: [1, 1, 3, 3], bias: Float32Array.from(bias) };
}
