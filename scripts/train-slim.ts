/** Trains the slim encoder and its five decoders from drawn pictures alone: `npm run train:slim -- --teachers FOLDER`. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { distillEncoder, encodeSafetensors, loadVgg, safetensors, trainDecoder } from '../src/index.js';
import type { AutoencoderLevel, NamedWeights } from '../src/index.js';
import { enableWasmThreads } from '../src/node/index.js';
import { svg } from '../bench/report/svg.js';
import { trainingPlot } from './training/plot.js';
import { picturePool } from './training/pool.js';
import { reconstructionPsnr } from './training/reconstruction.js';
import { type StageLog, openStages } from './training/stages.js';
import { colorTaps, loadTeachers, rememberingTeacher } from './training/teachers.js';

const { values } = parseArgs({
  options: {
    teachers: { type: 'string' },
    out: { type: 'string', default: path.join('out', 'slim.safetensors') },
    'encoder-steps': { type: 'string', default: '3200' },
    'decoder-steps': { type: 'string', default: '8000' },
    'encoder-crop': { type: 'string', default: '96' },
    'decoder-crop': { type: 'string', default: '112' },
    batch: { type: 'string', default: '4' },
    pool: { type: 'string', default: '800' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    seed: { type: 'string', default: '0' },
  },
});

/** A whole number of at least 1, or of at least 0. */
function whole(name: Exclude<keyof typeof values, 'teachers' | 'out'>, least = 1): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name}: expected a whole number of at least ${least}; got ${values[name]}`);
  return value;
}

if (values.teachers === undefined)
  throw new Error('--teachers: expected the folder with ust-encoder-3 and ust16x-encoder-{4,5} as .safetensors');
const { out } = values;
const [encoderSteps, decoderSteps] = [whole('encoder-steps'), whole('decoder-steps')];
const [encoderCrop, decoderCrop] = [whole('encoder-crop', 32), whole('decoder-crop', 32)];
const [batch, poolSize, seed, threads] = [whole('batch'), whole('pool'), whole('seed', 0), whole('threads')];

/** Of the decoders' steps: the deep ones have most to learn, and the first is cheap and is asked for most. */
const shares: Readonly<Record<AutoencoderLevel, number>> = { 1: 0.22, 2: 0.11, 3: 0.14, 4: 0.26, 5: 0.27 };
/** Seeds of pictures for measuring, out of the way of those for training. */
const heldOut = Array.from({ length: 24 }, (_, i) => -1 - i);

/** Numbers of a log need no more digits. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

async function main(folder: string): Promise<void> {
  if (threads > 1) await enableWasmThreads({ threads });
  else await tf.setBackend('wasm');
  await tf.ready();

  // The same pictures whatever the threads are; and everything that decides what is learned.
  const { threads: _, out: __, teachers: ___, ...request } = values;
  const stop = new AbortController();
  const { signal } = stop;
  process.once('SIGINT', () => {
    stop.abort();
  });
  await mkdir(path.dirname(path.resolve(out)), { recursive: true });
  const stages = await openStages(`${out}.progress`, JSON.stringify({ ...request, shares }), signal);

  const pool = picturePool(poolSize, encoderCrop, batch, seed * 1_000_000);
  const distilled = await stages.run('encoder', async function* (resume) {
    const teachers = await loadTeachers(folder);
    try {
      return yield* distillEncoder(
        rememberingTeacher(teachers, (step) => pool.indices(step)),
        (step) => pool.batch(step),
        {
          steps: encoderSteps,
          seed,
          signal,
          taps: colorTaps,
          ...(resume && { resume }),
        },
      );
    } finally {
      teachers.dispose();
    }
  });

  const weights: Record<string, NamedWeights[string]> = Object.fromEntries(
    Object.entries(distilled.weights).filter(([name]) => name.startsWith('encoder.')),
  );
  const encoder = await loadVgg(safetensors(encodeSafetensors(weights)), { preprocessing: 'none', padding: 'reflect' });
  const decoders: Record<string, StageLog> = {};
  // Other pictures than the encoder's, larger and twice as many.
  const pictures = picturePool(2 * poolSize, decoderCrop, batch, seed * 1_000_000 + 500_000);
  for (const level of [1, 2, 3, 4, 5] as const) {
    const steps = Math.max(1, Math.round(decoderSteps * shares[level]));
    const { weights: trained, ...log } = await stages.run(`decoder ${level}`, (resume) =>
      trainDecoder(encoder, (step) => pictures.batch(step), {
        level,
        steps,
        pixelWeight: 20,
        colorWeight: 25,
        featureWeight: 0.25,
        featureLayers: [`relu${Math.min(3, Math.max(1, level - 1)) as 1 | 2 | 3}_1`],
        optimizer: { learningRate: 1e-3, beta2: 0.99, warmup: Math.min(50, steps) },
        initialWeights: distilled.weights,
        seed,
        ...(resume && { resume }),
        signal,
      }),
    );
    Object.assign(weights, trained);
    decoders[`decoder ${level}`] = log;
  }
  encoder.dispose();

  const metadata = { family: 'slim', preprocessing: 'none', padding: 'reflect', license: 'MIT' };
  const bytes = encodeSafetensors(weights, { dtype: 'F16', metadata });
  await writeFile(out, bytes);
  const psnr = await reconstructionPsnr(bytes, heldOut, 160);
  const { weights: _learned, ...encoderLog } = distilled;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const stageLogs = { encoder: encoderLog, ...decoders };
  const log = { sha256, request, threads, tensorsLeft: tf.memory().numTensors, psnr, stages: stageLogs };
  const plain = out.replace(/\.safetensors$/, '');
  await writeFile(`${plain}.json`, `${JSON.stringify(log, rounded)}\n`);
  await writeFile(`${plain}.svg`, svg(trainingPlot(stageLogs)));
  await stages.done();
  console.log(
    `${out}: ${bytes.length} bytes; PSNR of held-out drawn pictures, levels 1-5: ${psnr.map((db) => db.toFixed(1)).join(' / ')} dB`,
  );
}

main(values.teachers).catch((error: unknown) => {
  // The message alone: the stack of the wasm backend is its whole code.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
