import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { convInputGradient } from '../../internal/kernels/convInputGradient.js';
import { filterGradient } from '../../internal/kernels/filterGradient.js';
import { type Padding, padByOne } from '../../internal/kernels/padding.js';
import { sumPositions } from '../../internal/kernels/positions.js';
import { rotateOnDevice } from '../../internal/kernels/rotateKernel.js';
import type { ConvWeights } from '../convolutionMaker.js';
import { type TrainableLayer, variableOf } from './layer.js';

/** The forward convolution: `'same'` size, bias, and the relu in the same kernel. */
export function convolve(
  x: Tensor4D,
  filter: Tensor4D,
  padding: Padding,
  bias?: Tensor1D,
  activation: 'linear' | 'relu' = 'linear',
): Tensor4D {
  return tf.tidy(() =>
    tf.fused.conv2d<Tensor4D>({
      x: padding === 'zero' ? x : padByOne(x, padding),
      filter,
      strides: 1,
      pad: padding === 'zero' ? 'same' : 'valid',
      ...(bias === undefined ? {} : { bias }),
      activation,
    }),
  );
}

/** A 3x3 convolution with bias and, if asked, the relu after it. */
export function convLayer(name: string, weights: ConvWeights, padding: Padding, relu: boolean): TrainableLayer {
  const kernel = variableOf(`${name}.weight`, weights.kernelShape, weights.kernel);
  const bias = variableOf(`${name}.bias`, [weights.bias.length], weights.bias);
  return {
    name,
    parameters: [kernel, bias],
    statistics: [],
    forward(x) {
      const filter = kernel.variable as Tensor as Tensor4D;
      const y = convolve(x, filter, padding, bias.variable as Tensor as Tensor1D, relu ? 'relu' : 'linear');
      return {
        y,
        backward: (dy, wantInput) =>
          tf.tidy(() => {
            const masked = relu ? tf.mul<Tensor4D>(dy, tf.step(y)) : dy;
            const gradients = [filterGradient(x, masked, padding), sumPositions(masked)];
            if (!wantInput) return { gradients };
            return { gradients, dx: convInputGradient(masked, rotateOnDevice(filter), padding) };
          }),
      };
    },
  };
}
