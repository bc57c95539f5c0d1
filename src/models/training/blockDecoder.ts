import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { sumPositions } from '../../internal/kernels/convGradients.js';
import type { RandomNumbers } from '../../internal/randomNumbers.js';
import type { Image } from '../../types.js';
import { type Gradients, forwardChain, sumOf } from './chain.js';
import { decoderConvolutions, decoderLayers, randomConvolution } from './decoderChain.js';
import type { TrainableLayer } from './layer.js';
import type { WeightedLoss } from './loop.js';
import { colorDistance, squaredDistance } from './losses.js';
import { studentPadding } from './studentLayers.js';

/** One block of a decoder, from the features of `reluN_1` to those of `reluN-1_1`, or from `relu1_1` to the picture. */
export interface DecoderBlock {
  /** N. */
  readonly level: number;
  /** The student's layer that it starts from, and the one that it ends at; `undefined` is the picture. */
  readonly from: string;
  readonly to: string | undefined;
  readonly layers: readonly TrainableLayer[];
}

/** What the joint decoder adds to the loss. */
export interface ReconstructionWeights {
  /** Of the distance of each block's output from the features that it is to restore, relative to their variance. */
  readonly blockWeight: number;
  /** Of the mean squared distance in pixels of a picture that has gone all the way down and up. */
  readonly pixelWeight: number;
  /** Of that of the mean colours of 8x8 pixels. */
  readonly colorWeight: number;
}

/** The blocks of all levels, 1 first: together they are the decoder of the deepest. */
export function decoderBlocks(channels: readonly number[], random: RandomNumbers): DecoderBlock[] {
  const all = decoderConvolutions(channels.length, channels);
  return channels.map((_, i) => {
    const level = i + 1;
    const begin = all.findIndex(({ layer }) => layer === `conv${level}_1`);
    const end = level === 1 ? all.length : all.findIndex(({ layer }) => layer === `conv${level - 1}_1`);
    const weights = ({ input, output }: { input: number; output: number }) => randomConvolution(random, input, output);
    return {
      level,
      from: `conv${level}_1`,
      to: level === 1 ? undefined : `conv${level - 1}_1`,
      layers: decoderLayers(all.slice(begin, end), weights, studentPadding),
    };
  });
}

/** Sends a picture's features through layers, and the loss's gradients back to parameters and features. */
function through(
  layers: readonly TrainableLayer[],
  features: Tensor4D,
  gradients: Gradients,
  gradientOf: (output: Tensor4D) => Tensor4D,
): Tensor4D {
  const pass = forwardChain(layers, features);
  return pass.backward(new Map([[layers.at(-1)!.name, gradientOf(pass.y)]]), gradients, true)!;
}

/** The loss of one block, relative to the variance of what it restores. That is taken as it is: no gradient reaches it. */
export function blockLoss(
  block: DecoderBlock,
  features: Tensor4D,
  target: Tensor4D,
  weight: number,
  gradients: Gradients,
): { loss: WeightedLoss; gradient: Tensor4D } {
  const inverse = tf.tidy(() => tf.div<Scalar>(1, tf.add(meanVariance(target), 1e-6)));
  let value: Scalar | undefined;
  const gradient = through(block.layers, features, gradients, (output) => {
    const distance = squaredDistance(output, target, 'mean');
    value = tf.mul(distance.value, inverse);
    return tf.mul(distance.grad, tf.mul(inverse, weight));
  });
  return { loss: { name: `block${block.level}`, value: value!, weight }, gradient };
}

/** The mean over the channels of their variance. */
function meanVariance(x: Tensor4D): Scalar {
  const scale = x.shape[3] / x.size;
  const variance = tf.sub(tf.mul(sumPositions(tf.square(x)), scale), tf.square(tf.mul(sumPositions(x), scale)));
  return tf.relu(tf.mean(variance));
}

/** The losses of a picture that goes from a level's features through all blocks up to the pixels. */
export function pictureLoss(
  blocks: readonly DecoderBlock[],
  features: Tensor4D,
  image: Image,
  { pixelWeight, colorWeight }: ReconstructionWeights,
  gradients: Gradients,
): { losses: WeightedLoss[]; gradient: Tensor4D } {
  const losses: WeightedLoss[] = [];
  const layers = [...blocks].reverse().flatMap((block) => block.layers);
  const gradient = through(layers, features, gradients, (output) => {
    const pixel = squaredDistance(output, image, 'mean');
    losses.push({ name: `pixel${blocks.length}`, value: pixel.value, weight: pixelWeight });
    const straight = tf.mul<Tensor4D>(pixel.grad, pixelWeight);
    if (colorWeight === 0) return straight;
    const color = colorDistance(output, image, 'mean');
    losses.push({ name: `color${blocks.length}`, value: color.value, weight: colorWeight });
    return sumOf(straight, tf.mul<Tensor4D>(color.grad, colorWeight));
  });
  return { losses, gradient };
}
