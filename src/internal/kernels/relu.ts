import * as tf from '@tensorflow/tfjs-core';
import type { Footprint, Op } from './op.js';

/** Of a relu. Its gradient makes the mask and the result. */
export const reluFootprint: Footprint = { cost: 'elementwise', gradientReads: ['y'], gradientCopies: 2 };

/** `max(x, 0)`. The mask is read off the output, so the input need not be kept; at 0 the gradient is 0. */
export const relu: Op = {
  ...reluFootprint,
  forward: (x) => tf.relu(x),
  inputGradient: (dy, { y }) => tf.tidy(() => tf.mul(dy, tf.step(y()))),
};
