import * as tf from '@tensorflow/tfjs-core';
import { DeviceError } from '../errors.js';
import { assert } from './assert.js';

/** What TensorFlow.js gives its fast backends; only used to choose one at the start. */
const usualPriority = 2;

/** Takes a backend away, started or not, and has `factory` start it the next time. */
export function replaceBackend(name: string, factory: ReturnType<typeof tf.findBackendFactory>): void {
  tf.removeBackend(name);
  tf.registerBackend(name, factory, usualPriority);
}

/**
 * Starts the active backend anew, on a new device, after its GPU was lost. What lay on the old one is gone: dispose old tensors
 * and networks, and load weights and pictures again.
 *
 * @throws DeviceError if the backend does not start; the page then has to be loaded again, or `tf.setBackend('wasm')` used.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { restartBackend } from 'pastiche';
 *
 * await tf.ready();
 * await restartBackend();
 * console.log(tf.getBackend()); // => 'cpu'
 * ```
 */
export async function restartBackend(): Promise<void> {
  const name = tf.getBackend();
  replaceBackend(name, tf.findBackendFactory(name));
  const started = await tf.setBackend(name).catch(() => false);
  assert(started, () => `restartBackend: ${name} did not start; the console says why`, DeviceError);
}
