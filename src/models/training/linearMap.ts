import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { pointwiseFilterGradient } from '../../internal/kernels/filterGradient.js';
import { sumPositions } from '../../internal/kernels/positions.js';
import type { RandomNumbers } from '../../internal/randomNumbers.js';
import type { Features } from '../../types.js';
import { type Gradients, addGradient } from './chain.js';
import { type NamedVariable, variableOf } from './layer.js';
import { squaredDistance } from './losses.js';

/** Every `stride`-th row and column. The sides are multiples of `stride`. */
export function everyNth(x: Tensor4D, stride: number): Tensor4D {
  if (stride === 1) return tf.clone(x);
  return tf.tidy(() => {
    const [b, h, w, c] = x.shape;
    const [height, width] = [h / stride, w / stride];
    const rows = tf.slice(tf.reshape(x, [b * height, stride * w * c]), [0, 0], [b * height, w * c]);
    const positions = tf.reshape(rows, [b * height * width, stride * c]);
    return tf.reshape(tf.slice(positions, [0, 0], [b * height * width, c]), [b, height, width, c]);
  });
}

/** The gradient of {@link everyNth}: zeros between. */
export function everyNthGradient(dy: Tensor4D, stride: number): Tensor4D {
  if (stride === 1) return tf.clone(dy);
  return tf.tidy(() => {
    const [b, h, w, c] = dy.shape;
    const right = (x: Tensor, width: number, to: number): Tensor =>
      tf.pad(tf.reshape(x, [x.size / width, width]), [
        [0, 0],
        [0, to - width],
      ]);
    const positions = right(dy, c, stride * c);
    const rows = right(positions, w * stride * c, stride * w * stride * c);
    return tf.reshape(rows, [b, h * stride, w * stride, c]);
  });
}

/** A linear map of the channels of every position, from the student's features to the teacher's. */
export interface LinearMap {
  readonly parameters: readonly NamedVariable[];
  /**
   * The mean squared distance of the mapped features from the target, and its gradient at the features. Where the target is
   * smaller, it stands for every `stride`-th row and column.
   */
  distance(features: Features, target: Features, gradients: Gradients): { value: Scalar; grad: Tensor4D };
}

/** A map that keeps the size of features, at random. */
export function linearMap(name: string, input: number, output: number, { normal }: RandomNumbers): LinearMap {
  const deviation = Math.sqrt(1 / input);
  const weight = variableOf(
    `${name}.weight`,
    [1, 1, input, output],
    Float32Array.from({ length: input * output }, () => deviation * normal()),
  );
  const bias = variableOf(`${name}.bias`, [output], new Float32Array(output));
  return {
    parameters: [weight, bias],
    distance(features, target, gradients) {
      const stride = features.shape[1] / target.shape[1];
      const thinned = everyNth(features, stride);
      const matrix = tf.reshape(weight.variable, [input, output]);
      const rows = tf.reshape(thinned, [thinned.size / input, input]);
      const mapped = tf.add(tf.matMul(rows, matrix), bias.variable);
      const { value, grad } = squaredDistance(tf.reshape(mapped, target.shape), target, 'mean');
      addGradient(gradients, weight, pointwiseFilterGradient(thinned, grad));
      addGradient(gradients, bias, sumPositions(grad));
      const back = tf.matMul(tf.reshape(grad, [grad.size / output, output]), tf.transpose(matrix));
      return { value, grad: everyNthGradient(tf.reshape(back, thinned.shape), stride) };
    },
  };
}
