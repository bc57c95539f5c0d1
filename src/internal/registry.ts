import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, KernelConfig } from '@tensorflow/tfjs-core';

/* What is registered with TensorFlow.js. Its lookups are typed as always defined, yet are undefined where nothing is. */

/** Whether the active backend has a kernel of this name. */
export const hasKernel = (name: string): boolean =>
  (tf.getKernel(name, tf.getBackend()) as KernelConfig | undefined) !== undefined;

/** Whether there is a gradient for a kernel of this name. */
export const hasGradient = (name: string): boolean => (tf.getGradient(name) as GradConfig | undefined) !== undefined;
