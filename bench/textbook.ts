import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { ensureGradients } from '../src/index.js';

/* Gatys' style loss as one would write it with TensorFlow.js alone: conv2d, relu, maxPool and matMul under tf.valueAndGrad. */

/**
 * The gradients that TensorFlow.js registers for its own operations (dist/gradients of tfjs-core 4.22), with the same kernels.
 * They are written out here because Node cannot import those files; a bundler can, and then gets these.
 */
const ownGradients: GradConfig[] = [
  {
    kernelName: tf.Conv2D,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, [x, filter], attributes) => {
      const { strides, pad, dataFormat } = attributes as unknown as tf.Conv2DAttrs;
      const attrs = { strides, pad, dataFormat, inputShape: x!.shape };
      const inputs = { dy: dy as Tensor, filter: filter! };
      return { x: () => tf.engine().runKernel(tf.Conv2DBackpropInput, inputs, attrs) };
    },
  },
  {
    kernelName: tf.MaxPool,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attributes) => {
      const { filterSize, strides, pad } = attributes as unknown as tf.MaxPoolAttrs;
      const inputs = { dy: dy as Tensor, input: x!, output: y! };
      return { x: () => tf.engine().runKernel(tf.MaxPoolGrad, inputs, { filterSize, strides, pad }) };
    },
  },
  {
    kernelName: tf.Relu,
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as Tensor, tf.cast(tf.step(x!), 'float32')) }),
  },
];

/** Registers what {@link textbookLoss} needs; the gradients of matMul, add, sub, sum and so on are as in TensorFlow.js. */
export function registerTextbookGradients(): void {
  ownGradients.forEach(tf.registerGradient);
  ensureGradients();
}

/** One layer: a 3x3 convolution with relu, after a pool or not. */
export interface TextbookLayer {
  readonly kernel: Tensor4D;
  readonly bias: tf.Tensor1D;
  readonly pooled: boolean;
  readonly target?: Tensor2D;
}

function gram(features: Tensor): Tensor2D {
  const [, height, width, channels] = features.shape as [number, number, number, number];
  const matrix = tf.reshape(features, [height * width, channels]);
  return tf.div(tf.matMul(matrix, matrix, true, false), height * width);
}

/** `sum_l |G_l - A_l|^2` over the layers with a target. */
export function textbookLoss(layers: readonly TextbookLayer[], image: Tensor): Scalar {
  let x = image;
  const losses: Tensor[] = [];
  for (const { kernel, bias, pooled, target } of layers) {
    if (pooled) x = tf.maxPool(x as Tensor4D, 2, 2, 'valid');
    x = tf.relu(tf.add(tf.conv2d(x as Tensor4D, kernel, 1, 'same'), bias));
    if (target !== undefined) losses.push(tf.sum(tf.square(tf.sub(gram(x), target))));
  }
  return tf.addN(losses) as Scalar;
}
