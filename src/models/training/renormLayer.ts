import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { convInputGradient } from '../../internal/kernels/convInputGradient.js';
import { filterGradient } from '../../internal/kernels/filterGradient.js';
import type { Padding } from '../../internal/kernels/padding.js';
import { meanOfPositions } from '../../internal/kernels/positions.js';
import { rotateOnDevice } from '../../internal/kernels/rotateKernel.js';
import type { ConvWeights } from '../convolutionMaker.js';
import { convolve } from './convLayer.js';
import { type TrainableLayer, variableOf } from './layer.js';

/** Keeps a channel without contrast finite. */
export const renormEpsilon = 1e-5;

/** What changes from step to step, for all layers of a network alike. */
export interface RenormState {
  /** How far the running statistics move towards those of the batch. */
  momentum: number;
  /** Whether they stand still, and with them the normalisation: it is then an affine map like any other. */
  frozen: boolean;
}

/**
 * A 3x3 convolution without bias, batch renormalisation (Ioffe 2017) and relu.
 *
 * The forward pass normalises by running statistics, `y = relu(gamma (z - running mean) / running deviation + beta)`, as the
 * folded network will; the backward pass treats the statistics as those of the batch. So absolute brightness survives, which
 * plain batch normalisation takes out of every batch, and the gradient still keeps channels alive.
 */
export function renormLayer(
  name: string,
  { kernel, kernelShape }: Pick<ConvWeights, 'kernel' | 'kernelShape'>,
  padding: Padding,
  state: Readonly<RenormState>,
): TrainableLayer {
  const channels = kernelShape[3];
  const each = (field: string, value: number) =>
    variableOf(`${name}.${field}`, [channels], new Float32Array(channels).fill(value));
  const weight = variableOf(`${name}.weight`, kernelShape, kernel);
  const [gamma, beta, runningMean, runningVariance] = [
    each('gamma', 1),
    each('beta', 0),
    each('mean', 0),
    each('variance', 1),
  ];
  const filter = (): Tensor4D => weight.variable as Tensor as Tensor4D;

  return {
    name,
    parameters: [weight, gamma, beta],
    statistics: [runningMean, runningVariance],
    forward(x) {
      const z = convolve(x, filter(), padding);
      const { y, statistics, coefficients } = tf.tidy(() => {
        const n = normalisation(z, runningMean.variable, runningVariance.variable, state);
        // y = relu(a z + b)
        const a = tf.div(tf.mul(gamma.variable, n.r), n.s);
        const b = tf.add(beta.variable, tf.mul(gamma.variable, tf.sub(n.d, tf.div(tf.mul(n.r, n.m), n.s))));
        const y = tf.relu<Tensor4D>(tf.add(tf.mul(z, a), b));
        return { y, statistics: n.statistics, coefficients: { a, m: n.m, s: n.s, r: n.r, d: n.d } };
      });
      return {
        y,
        statistics,
        backward: (dy, wantInput) =>
          tf.tidy(() => {
            const { a, m, s, r, d } = coefficients;
            const positions = z.size / channels;
            const masked = tf.mul<Tensor4D>(dy, tf.step(y));
            // Means of the gradient, alone and times the normalised features.
            const plain = meanOfPositions(masked);
            const slanted = tf.div(tf.sub(meanOfPositions(tf.mul(masked, z)), tf.mul(m, plain)), s);
            const dGamma = tf.mul(tf.add(tf.mul(r, slanted), tf.mul(d, plain)), positions);
            const dBeta = tf.mul(plain, positions);
            const dz = tf.tidy(() => {
              const straight = tf.mul<Tensor4D>(masked, a);
              if (state.frozen) return straight;
              const slope = tf.neg(tf.div(tf.mul(a, slanted), s));
              const offset = tf.neg(tf.add(tf.mul(a, plain), tf.mul(slope, m)));
              return tf.add<Tensor4D>(tf.add(straight, tf.mul(z, slope)), offset);
            });
            masked.dispose();
            const gradients = [filterGradient(x, dz, padding), dGamma, dBeta];
            z.dispose();
            if (!wantInput) return { gradients };
            return { gradients, dx: convInputGradient(dz, rotateOnDevice(filter()), padding) };
          }),
      };
    },
  };
}

/** Mean and deviation, the correction `r`, `d` towards the running statistics, and what these become. */
function normalisation(z: Tensor4D, runningMean: Tensor, runningVariance: Tensor, state: Readonly<RenormState>) {
  const deviation = (variance: Tensor): Tensor => tf.sqrt(tf.add(variance, renormEpsilon));
  if (state.frozen) {
    const one = tf.onesLike(runningMean);
    return { m: tf.clone(runningMean), s: deviation(runningVariance), r: one, d: tf.zerosLike(one), statistics: [] };
  }
  const m = meanOfPositions(z);
  const variance = tf.relu(tf.sub(meanOfPositions(tf.square(z)), tf.square(m)));
  const moved = (from: Tensor, to: Tensor): Tensor =>
    tf.add(tf.mul(from, 1 - state.momentum), tf.mul(to, state.momentum));
  const [newMean, newVariance] = [moved(runningMean, m), moved(runningVariance, variance)];
  const [s, running] = [deviation(variance), deviation(newVariance)];
  return {
    m,
    s,
    r: tf.clipByValue(tf.div(s, running), 0.25, 4),
    d: tf.clipByValue(tf.div(tf.sub(m, newMean), running), -3, 3),
    statistics: [newMean, newVariance],
  };
}
