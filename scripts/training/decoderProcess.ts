// Trains one decoder in a process of its own, started by trainDecoders.ts: one thread for each decoder keeps the cores busier
// than all threads for one decoder after the other, whose kernels are small and wait for each other.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import {
  type AutoencoderLevel,
  type NamedWeights,
  encodeSafetensors,
  loadVgg,
  safetensors,
  trainDecoder,
} from '../../src/index.js';
import { picturePool } from './pool.js';
import { openStages } from './stages.js';

/** What such a process is asked to do. */
export interface DecoderTask {
  readonly level: AutoencoderLevel;
  readonly steps: number;
  /** Of the encoder, and of the decoder where it exists. */
  readonly weights: NamedWeights;
  readonly pictures: {
    readonly count: number;
    readonly side: number;
    readonly batch: number;
    readonly firstSeed: number;
  };
  /** See `trainDecoder`. */
  readonly featureNoise: number;
  readonly variationWeight: number;
  readonly seed: number;
  /** Where the progress stands, and of what request. */
  readonly progress: string;
  readonly request: string;
}

const featureLayer = (level: AutoencoderLevel) => `relu${Math.min(3, Math.max(1, level - 1)) as 1 | 2 | 3}_1` as const;

async function train(task: DecoderTask): Promise<void> {
  const { level, steps, weights, seed, featureNoise, variationWeight, pictures, progress, request } = task;
  const stop = new AbortController();
  const { signal } = stop;
  process.on('SIGINT', () => {
    stop.abort();
  });
  await tf.setBackend('wasm');
  await tf.ready();
  const stages = await openStages(progress, request, signal);
  const encoder = await loadVgg(safetensors(encodeSafetensors(weights)), { preprocessing: 'none', padding: 'reflect' });
  const pool = picturePool(pictures.count, pictures.side, pictures.batch, pictures.firstSeed);
  const stage = await stages.run(`decoder ${level}`, (resume) =>
    trainDecoder(encoder, (step) => pool.batch(step), {
      level,
      steps,
      featureNoise,
      pixelWeight: 20,
      colorWeight: 25,
      featureWeight: 0.25,
      variationWeight,
      featureLayers: [featureLayer(level)],
      optimizer: { learningRate: 1e-3, beta2: 0.99, warmup: Math.min(50, steps) },
      initialWeights: weights,
      seed,
      ...(resume && { resume }),
      signal,
    }),
  );
  // The message is on its way only when it has been written.
  process.send!(stage, undefined, undefined, () => {
    process.disconnect();
  });
}

process.once('message', (task: DecoderTask) => {
  train(task).catch((error: unknown) => {
    // The message alone: the stack of the wasm backend is its whole code.
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
});
