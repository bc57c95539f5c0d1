import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, inject } from 'vitest';

beforeAll(async () => {
  const backend = inject('backend');
  if (backend === 'wasm') {
    const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    const threads = inject('threads');
    if (threads > 1) {
      setThreadsCount(threads);
      // As docs/backends.md tells readers to do: it takes no more threads than half of the cores that it sees.
      Object.defineProperty(navigator, 'hardwareConcurrency', { configurable: true, value: 2 * threads });
    }
  } else if (backend === 'webgl') {
    await import('@tensorflow/tfjs-backend-webgl');
  } else {
    await import('@tensorflow/tfjs-backend-webgpu');
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend did not start`);
  await tf.ready();
  Reflect.deleteProperty(navigator, 'hardwareConcurrency');
}, 60_000);
