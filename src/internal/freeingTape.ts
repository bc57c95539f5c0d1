import * as tf from '@tensorflow/tfjs-core';

/**
 * `work` by the tape. TensorFlow.js frees what a tape kept only where a gradient comes out: after an error, in the function or
 * for want of a gradient, this does.
 */
export function freeingTape<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { state } = tf.engine();
    // A tape around this one is still in use.
    if (state.gradientDepth === 0) {
      // Typed as always defined, yet null between two tapes.
      for (const { saved = [] } of (state.activeTape as typeof state.activeTape | null) ?? []) tf.dispose(saved);
      state.activeTape = [];
    }
    throw error;
  }
}
