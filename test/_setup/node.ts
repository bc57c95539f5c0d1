import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, inject } from 'vitest';

beforeAll(async () => {
  const backend = inject('backend');
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  else await import('@tensorflow/tfjs-backend-cpu');
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend did not start`);
  await tf.ready();
});
