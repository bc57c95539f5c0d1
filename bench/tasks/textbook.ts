import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { ensureGradients } from '../../src/index.js';
import type { ObjectivePlan } from '../inputs/objective.js';
import { tensorOf } from './arrays.js';

/* Gatys' objective as one would write it with TensorFlow.js alone: conv2d, relu, maxPool and matMul under tf.valueAndGrad. */

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

interface Convolution {
  readonly kernel: Tensor4D;
  readonly bias: Tensor1D;
  readonly pooled: boolean;
}

interface Targets {
  readonly content: Tensor;
  readonly grams: ReadonlyMap<string, Tensor2D>;
}

/** The network of a plan: kernels in the order of TensorFlow.js. */
async function network(plan: ObjectivePlan): Promise<Map<string, Convolution>> {
  const result = new Map<string, Convolution>();
  for (const [layer, name] of plan.convolutions) {
    const stored = await tensorOf<Tensor4D>(plan.weights, `${name}.weight`);
    const kernel = tf.transpose(stored, [2, 3, 1, 0]);
    stored.dispose();
    const pooled = layer.endsWith('_1') && layer !== 'conv1_1';
    result.set(layer, { kernel, bias: await tensorOf(plan.weights, `${name}.bias`), pooled });
  }
  return result;
}

/** The product with a transposed operand: the obvious way to write it. */
export function textbookGram(features: Tensor): Tensor2D {
  const [, height, width, channels] = features.shape as [number, number, number, number];
  const matrix = tf.reshape(features, [height * width, channels]);
  return tf.div(tf.matMul(matrix, matrix, true, false), height * width);
}

function forward(layers: ReadonlyMap<string, Convolution>, image: Tensor, plan: ObjectivePlan): Map<string, Tensor> {
  let x = image;
  if (plan.preprocessing === 'caffe')
    x = tf.sub(tf.mul(tf.concat(tf.split(x, 3, 3).reverse(), 3), 255), tf.tensor1d([103.939, 116.779, 123.68]));
  const features = new Map<string, Tensor>();
  for (const [name, { kernel, bias, pooled }] of layers) {
    if (pooled) x = tf.maxPool(x as Tensor4D, 2, 2, 'valid');
    x = tf.relu(tf.add(tf.conv2d(x as Tensor4D, kernel, 1, 'same'), bias));
    features.set(name, x);
  }
  return features;
}

function loss(features: ReadonlyMap<string, Tensor>, { content, grams }: Targets, plan: ObjectivePlan): Scalar {
  const terms: Tensor[] = [tf.mul(tf.sum(tf.square(tf.sub(features.get(plan.content)!, content))), 0.5)];
  for (const [layer, target] of grams) {
    const channels = target.shape[0];
    const distance = tf.sum(tf.square(tf.sub(textbookGram(features.get(layer)!), target)));
    terms.push(tf.mul(distance, plan.styleWeight / plan.style.length / (4 * channels ** 2)));
  }
  return tf.addN(terms) as Scalar;
}

/** The objective of a plan with TensorFlow.js alone. */
export async function textbookObjective(plan: ObjectivePlan) {
  ownGradients.forEach(tf.registerGradient);
  ensureGradients();
  const layers = await network(plan);
  const [content, style] = await Promise.all(['content', 'style'].map((name) => tensorOf(plan.pictures, name)));
  const kept = tf.tidy(() => forward(layers, content!, plan).get(plan.content)!);
  const grams = tf.tidy(() => {
    const looks = forward(layers, style!, plan);
    return plan.style.map((layer) => textbookGram(looks.get(layer)!));
  });
  const targets: Targets = { content: kept, grams: new Map(plan.style.map((layer, i) => [layer, grams[i]!])) };
  tf.dispose([content!, style!]);
  const valueAndGrad = tf.valueAndGrad((x) => loss(forward(layers, x, plan), targets, plan));
  return {
    valueAndGrad: (x: Tensor) => tf.tidy(() => valueAndGrad(x)),
    dispose: () => {
      for (const { kernel, bias } of layers.values()) tf.dispose([kernel, bias]);
      tf.dispose([kept, ...grams]);
    },
  };
}
