import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { registerAbsent } from './basicGradients.js';
import { padByOneGradient } from './kernels/padding.js';
import { rotateOnDevice } from './kernels/rotateKernel.js';

/* Gradients of what convolutional networks are made of, with respect to their inputs. Weights are frozen. */

type Attributes = Record<string, unknown>;
type InputGradient = (dy: Tensor4D, saved: Tensor4D[], attributes: Attributes) => Tensor;

/** A gradient of the first input, which carries the name `input`. */
const frozen = (
  kernelName: string,
  inputGradient: InputGradient,
  { input = 'x', saves, savesOutput = false }: { input?: string; saves?: string[]; savesOutput?: boolean } = {},
): GradConfig => ({
  kernelName,
  inputsToSave: saves ?? [input],
  ...(savesOutput ? { outputsToSave: [true] } : {}),
  gradFunc: (dy, saved, attributes) => ({
    [input]: () => tf.tidy(() => inputGradient(dy as Tensor4D, saved as Tensor4D[], attributes)),
  }),
});

const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: Attributes): Tensor =>
  tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);

/** With stride 1, the forward convolution with the kernel turned by 180 degrees: ten times faster on wasm than the kernel for it. */
const convolution: InputGradient = (dy, [x, filter], attributes) => {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attributes as unknown as tf.Conv2DAttrs;
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = tf.backend_util.computeConv2DInfo(
    x!.shape,
    filter!.shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const sides = [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right];
  const even = filterHeight === filterWidth && sides.every((side) => side === sides[0]);
  if (strideHeight === 1 && strideWidth === 1 && even && padInfo.top < filterHeight) {
    return tf.conv2d(dy, rotateOnDevice(filter!), 1, filterHeight - 1 - padInfo.top);
  }
  const inputs = { dy, filter: filter! };
  return kernel(tf.Conv2DBackpropInput, inputs, { strides, pad, dataFormat, dimRoundingMode, inputShape: x!.shape });
};

const resizeNearest: InputGradient = (dy, [images], { alignCorners }) =>
  kernel(tf.ResizeNearestNeighborGrad, { images: images!, dy }, { alignCorners });

const normalisation: InputGradient = (dy, [, variance, scale], { varianceEpsilon }) =>
  tf.mul(dy, tf.div(scale ?? 1, tf.sqrt(tf.add(variance!, varianceEpsilon as number))));

/** Padding by one row and column; other sizes do not occur in the networks of this field. */
const mirror: InputGradient = (dy, [x], { mode, paddings }) => {
  const expected = [0, 1, 1, 0];
  const byOne = (paddings as [number, number][]).every(([a, b], i) => a === expected[i] && b === expected[i]);
  if (!byOne || x!.rank !== 4) throw new Error('gradient function not found for MirrorPad of more than one row');
  return padByOneGradient(dy, mode === 'reflect' ? 'reflect' : 'replicate');
};

const configs = (): GradConfig[] => [
  frozen(tf.Conv2D, convolution, { saves: ['x', 'filter'] }),
  frozen(
    tf.DepthwiseConv2dNative,
    (dy, [x, filter], attributes) =>
      kernel(tf.DepthwiseConv2dNativeBackpropInput, { dy, filter: filter! }, { ...attributes, inputShape: x!.shape }),
    { saves: ['x', 'filter'] },
  ),
  frozen(tf.MaxPool, (dy, [x, y], attributes) => kernel(tf.MaxPoolGrad, { dy, input: x!, output: y! }, attributes), {
    savesOutput: true,
  }),
  frozen(tf.AvgPool, (dy, [x], attributes) => kernel(tf.AvgPoolGrad, { dy, input: x! }, attributes)),
  frozen(tf.Relu6, (dy, [x]) => tf.mul(dy, tf.mul(tf.step(x!), tf.step(tf.sub(6, x!))))),
  frozen(tf.LeakyRelu, (dy, [x], { alpha }) => tf.mul(dy, tf.step(x!, alpha as number))),
  frozen(tf.FusedBatchNorm, normalisation, { saves: ['x', 'variance', 'scale'] }),
  frozen(tf.ResizeNearestNeighbor, resizeNearest, { input: 'images' }),
];

/**
 * Registers the input gradients of the layers of frozen convolutional networks, each only where nobody has registered one yet.
 * That of `MirrorPad` takes the place of any other: the one of TensorFlow.js 4.22 drops what the mirror added (25 to 48 % wrong).
 */
export function ensureNetworkGradients(): void {
  registerAbsent(configs());
  tf.registerGradient(frozen(tf.MirrorPad, mirror));
}
