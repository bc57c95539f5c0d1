import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { enableWasmThreads } from '../../src/node/index.js';
import { number } from './options.js';

/** Starts the wasm backend with so many threads, or as many as there are cores; with one where that does not work. Says what it did. */
export async function startWasm(option?: string): Promise<string> {
  const threads = option === undefined ? undefined : number(option);
  if (threads !== 1) {
    try {
      const started = await enableWasmThreads(threads === undefined ? {} : { threads });
      return `wasm, ${started} thread${started === 1 ? '' : 's'}`;
    } catch (error) {
      console.warn(`One thread only: ${(error as Error).message}`);
    }
  }
  await tf.setBackend('wasm');
  await tf.ready();
  return 'wasm, 1 thread';
}
