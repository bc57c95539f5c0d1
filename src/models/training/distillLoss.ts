import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { addAll } from '../../internal/addAll.js';
import { sumOfSquares } from '../../internal/sums.js';
import type { Features, Image } from '../../types.js';
import { blockLoss, pictureLoss, through } from './blockDecoder.js';
import { type Gradients, addGradient, forwardChain, sumOf } from './chain.js';
import type { DistillPlan } from './distillOptions.js';
import { center } from './foldStudent.js';
import type { NamedVariable } from './layer.js';
import { type Student, parametersOf } from './student.js';
import type { Evaluation, WeightedLoss } from './training.js';

/** The losses of one batch and the gradients of all parameters. */
export function distillLoss(
  { layers, blocks, taps }: Student,
  { reconstruction, channels, clipNorm }: DistillPlan,
  image: Image,
  targets: ReadonlyMap<string, Features>,
  progress: { step: number; steps: number },
): Evaluation {
  const losses: WeightedLoss[] = [];
  const gradients: Gradients = new Map();
  const pass = forwardChain(layers, tf.div(tf.sub(image, center.mean), center.deviation));
  const gradientAt = new Map<string, Tensor4D>();
  for (const { target, map } of taps) {
    const { value, grad } = map.distance(pass.outputs.get(target.layer)!, targets.get(target.name)!, gradients);
    losses.push({ name: target.name, value, weight: 1 });
    addGradient(gradientAt, target.layer, grad);
  }
  if (reconstruction !== undefined) {
    const { blockWeight, pixelWeight, colorWeight, start } = reconstruction;
    const pictures = pixelWeight + colorWeight > 0 && progress.step >= start * progress.steps;
    // The two deepest levels in turn: the others are on their way.
    const pictureLevel = pictures ? Math.max(1, channels.length - (progress.step % 2)) : undefined;
    for (const block of blocks) {
      if (blockWeight === 0 && block.level !== pictureLevel) continue;
      const gradient = through(block.layers, pass.outputs.get(block.from)!, gradients, (output) => {
        const parts: Tensor4D[] = [];
        if (blockWeight > 0) {
          const restored = block.to === undefined ? image : pass.outputs.get(block.to)!;
          const own = blockLoss(block, output, restored, blockWeight);
          losses.push(own.loss);
          parts.push(own.gradient);
        }
        if (block.level === pictureLevel) {
          const picture = pictureLoss(block.level, blocks, output, image, reconstruction, gradients);
          losses.push(...picture.losses);
          parts.push(picture.gradient);
        }
        return parts.reduce(sumOf);
      });
      addGradient(gradientAt, block.from, gradient);
    }
  }
  pass.backward(gradientAt, gradients, false);
  clip(gradients, parametersOf(layers), clipNorm);
  return { losses, gradients, statistics: pass.statistics };
}

/** Shortens the gradients of some parameters, all by the same factor, to a common norm. */
function clip(gradients: Gradients, parameters: readonly NamedVariable[], clipNorm: number): void {
  if (clipNorm === Infinity) return;
  const factor = tf.tidy(() => {
    const squares = parameters.flatMap((parameter) => {
      const gradient = gradients.get(parameter);
      return gradient === undefined ? [] : [sumOfSquares(gradient)];
    });
    return tf.minimum(1, tf.div(clipNorm, tf.add(tf.sqrt(addAll(squares)), 1e-12)));
  });
  for (const parameter of parameters) {
    const gradient = gradients.get(parameter);
    if (gradient === undefined) continue;
    gradients.set(parameter, tf.mul(gradient, factor));
    gradient.dispose();
  }
}
