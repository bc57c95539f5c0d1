import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { meanOfPositions } from '../../internal/kernels/positions.js';
import type { RandomNumbers } from '../../internal/randomNumbers.js';
import type { Image } from '../../types.js';
import { type Gradients, forwardChain, sumOf } from './chain.js';
import { decoderConvolutions, decoderLayers, randomConvolution } from './decoderChain.js';
import type { TrainableLayer } from './layer.js';
import type { WeightedLoss } from './training.js';
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

/** Sends features through layers, and the gradient at what comes out back to parameters and features. */
export function through(
  layers: readonly TrainableLayer[],
  features: Tensor4D,
  gradients: Gradients,
  gradientAt: (output: Tensor4D) => Tensor4D,
): Tensor4D {
  const pass = forwardChain(layers, features);
  return pass.backward(new Map([[layers.at(-1)!.name, gradientAt(pass.y)]]), gradients, true)!;
}

/**
 * The loss of a block's output, relative to the variance of what it restores, and its gradient there. What is restored is taken
 * as it is: no gradient reaches it.
 */
export function blockLoss(
  { level }: DecoderBlock,
  output: Tensor4D,
  target: Tensor4D,
  weight: number,
): { loss: WeightedLoss; gradient: Tensor4D } {
  const inverse = tf.tidy(() => tf.div<Scalar>(1, tf.add(meanVariance(target), 1e-6)));
  const { value, grad } = squaredDistance(output, target, 'mean');
  const loss = { name: `block${level}`, value: tf.mul<Scalar>(value, inverse), weight };
  const gradient = tf.mul<Tensor4D>(grad, tf.mul(inverse, weight));
  grad.dispose();
  return { loss, gradient };
}

/** The mean over the channels of their variance. */
function meanVariance(x: Tensor4D): Scalar {
  const variance = tf.sub(meanOfPositions(tf.square(x)), tf.square(meanOfPositions(x)));
  return tf.relu(tf.mean(variance));
}

/** The losses of the picture that the blocks below `level` make of a block's output, and their gradient at that output. */
export function pictureLoss(
  level: number,
  blocks: readonly DecoderBlock[],
  output: Tensor4D,
  image: Image,
  { pixelWeight, colorWeight }: ReconstructionWeights,
  gradients: Gradients,
): { losses: WeightedLoss[]; gradient: Tensor4D } {
  const losses: WeightedLoss[] = [];
  const gradientAt = (picture: Tensor4D): Tensor4D => {
    const pixel = squaredDistance(picture, image, 'mean');
    losses.push({ name: `pixel${level}`, value: pixel.value, weight: pixelWeight });
    const straight = tf.mul<Tensor4D>(pixel.grad, pixelWeight);
    if (colorWeight === 0) return straight;
    const color = colorDistance(picture, image, 'mean');
    losses.push({ name: `color${level}`, value: color.value, weight: colorWeight });
    return sumOf(straight, tf.mul<Tensor4D>(color.grad, colorWeight));
  };
  const rest = blocks.filter((block) => block.level < level).reverse();
  const layers = rest.flatMap((block) => block.layers);
  const gradient = layers.length === 0 ? gradientAt(output) : through(layers, output, gradients, gradientAt);
  return { losses, gradient };
}
