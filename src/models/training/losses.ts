import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { absoluteVariation } from '../../internal/differences.js';
import { closedForm } from '../../internal/differentiable.js';
import { sumOfSquares } from '../../internal/sums.js';
import type { ClosedForm, Features, ValueAndGrad } from '../../types.js';

/** How squared differences of a batch become one number. */
export const trainingReductions = ['mean', 'paper'] as const;
/** `'mean'` of all squares, as in most implementations; or their sum in each picture, `'paper'`, averaged over the batch. */
export type TrainingReduction = (typeof trainingReductions)[number];

/** What the sum of squares is multiplied with. */
const scaleOf = (shape: Tensor4D['shape'], reduction: TrainingReduction): number =>
  1 / (reduction === 'mean' ? tf.util.sizeFromShape(shape) : shape[0]);

/** The squared distance of two batches, reduced, and its gradient at the first. */
export function squaredDistance(
  x: Tensor4D,
  target: Tensor4D,
  reduction: TrainingReduction,
): { value: Scalar; grad: Tensor4D } {
  return tf.tidy(() => {
    const scale = scaleOf(x.shape, reduction);
    const difference = tf.sub<Tensor4D>(x, target);
    return { value: tf.mul<Scalar>(sumOfSquares(difference), scale), grad: tf.mul<Tensor4D>(difference, 2 * scale) };
  });
}

/** The same as a loss on features. The target is borrowed. */
export const distanceTo = (target: Features, reduction: TrainingReduction): ClosedForm =>
  closedForm<Features>({
    value: (features) => squaredDistance(features, target, reduction).value,
    valueAndGrad: (features) => squaredDistance(features, target, reduction),
  });

/** Side of the squares over which colours are averaged. */
const colorBlock = 8;

/** The smallest multiple of `stride` that holds such a square; 0 where colours have no weight. */
export const smallestForColors = (stride: number, colorWeight: number): number =>
  colorWeight > 0 ? Math.ceil(colorBlock / stride) * stride : 0;

/**
 * The squared distance of the mean colours of 8x8 pixels, and its gradient at the first picture. What reaches beyond the last
 * whole square does not count. It keeps deep decoders, whose pixels are rough guesses, from losing the colours.
 */
export function colorDistance(
  x: Tensor4D,
  target: Tensor4D,
  reduction: TrainingReduction,
): { value: Scalar; grad: Tensor4D } {
  return tf.tidy(() => {
    const difference = tf.avgPool<Tensor4D>(tf.sub(x, target), colorBlock, colorBlock, 'valid');
    const [b, h, w, c] = difference.shape;
    const scale = scaleOf(difference.shape, reduction);
    const share = tf.mul(tf.reshape(difference, [b * h, 1, w, 1, c]), (2 * scale) / colorBlock ** 2);
    const spread = tf.mul(share, tf.ones([1, colorBlock, 1, colorBlock, 1]));
    const [height, width] = [h * colorBlock, w * colorBlock];
    const grad = tf.pad(tf.reshape<tf.Rank.R4>(spread, [b, height, width, c]), [
      [0, 0],
      [0, x.shape[1] - height],
      [0, x.shape[2] - width],
      [0, 0],
    ]);
    return { value: tf.mul<Scalar>(sumOfSquares(difference), scale), grad };
  });
}

/**
 * The total variation of the difference of two batches: the sizes of what neighbouring pixels' differences miss, not their
 * squares, so that a faint weave over a plain sky counts as much as a blurred edge. Its gradient is at the first.
 */
export function variationDistance(x: Tensor4D, target: Tensor4D, reduction: TrainingReduction): ValueAndGrad {
  return tf.tidy(() => {
    const { value, grad } = absoluteVariation(tf.sub<Tensor4D>(x, target), reduction === 'mean' ? 'mean' : 'sum');
    const scale = reduction === 'mean' ? 1 : 1 / x.shape[0];
    return { value: tf.mul<Scalar>(value, scale), grad: tf.mul<Tensor4D>(grad, scale) };
  });
}
