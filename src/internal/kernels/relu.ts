import * as tf from '@tensorflow/tfjs-core';
import type { Op } from './op.js';

/** `max(x, 0)`. The mask is read off the output, so the input need not be kept; at 0 the gradient is 0. */
export const relu: Op = {
  forward: (x) => tf.relu(x),
  gradientReads: ['y'],
  inputGradient: (dy, { y }) => tf.tidy(() => tf.mul(dy, tf.step(y()))),
};
