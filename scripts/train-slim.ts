/** Trains the slim encoder and its five decoders from drawn pictures alone: `npm run train:slim -- --teachers FOLDER`. */
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { distillEncoder, encodeSafetensors, loadVgg, safetensors, trainDecoder } from '../src/index.js';
import type { AutoencoderLevel, NamedWeights, TrainingStep } from '../src/index.js';
import { enableWasmThreads } from '../src/node/index.js';
import { picturePool } from './training/pool.js';
import { reconstructionPsnr } from './training/reconstruction.js';
import { loadTeachers, rememberingTeacher } from './training/teachers.js';

const { values } = parseArgs({
  options: {
    teachers: { type: 'string' },
    out: { type: 'string', default: path.join('out', 'slim.safetensors') },
    'encoder-steps': { type: 'string', default: '4000' },
    'decoder-steps': { type: 'string', default: '4000' },
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

/** Of the decoders' steps; the deep ones have most to learn. */
const shares: Readonly<Record<AutoencoderLevel, number>> = { 1: 0.1, 2: 0.15, 3: 0.2, 4: 0.25, 5: 0.3 };
/** Seeds of pictures for measuring, out of the way of those for training. */
const heldOut = Array.from({ length: 24 }, (_, i) => -1 - i);

interface Report {
  readonly step: number;
  readonly seconds: number;
  readonly loss: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** Runs a training to its end, with a line now and then. */
async function finish<R extends { readonly status: string; readonly weights: NamedWeights }>(
  title: string,
  training: AsyncGenerator<TrainingStep, R, undefined>,
): Promise<{ weights: NamedWeights; curve: Report[]; seconds: number }> {
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10;
  const curve: Report[] = [];
  for (;;) {
    const next = await training.next();
    if (next.done === true) {
      const { status, weights } = next.value;
      if (status !== 'finished') throw new Error(`${title}: expected the training to finish; it ended as ${status}`);
      return { weights, curve, seconds: seconds() };
    }
    const { step, steps, loss, losses, secondsLeft } = next.value;
    if (step !== 1 && step !== steps && step % Math.ceil(steps / 40) !== 0) continue;
    curve.push({ step, seconds: seconds(), loss, losses });
    const parts = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    console.log(
      `${title} ${step}/${steps}: ${loss.toFixed(4)} (${parts.join(', ')}), ${Math.round(secondsLeft)} s left`,
    );
  }
}

async function main(folder: string): Promise<void> {
  if (threads > 1) await enableWasmThreads({ threads });
  else await tf.setBackend('wasm');
  await tf.ready();

  const teachers = await loadTeachers(folder);
  const pool = picturePool(poolSize, encoderCrop, batch, seed * 1_000_000);
  const distilled = await finish(
    'encoder',
    distillEncoder(
      rememberingTeacher(teachers, (step) => pool.indices(step)),
      (step) => pool.batch(step),
      { steps: encoderSteps, seed },
    ),
  );
  teachers.dispose();

  const weights: Record<string, NamedWeights[string]> = Object.fromEntries(
    Object.entries(distilled.weights).filter(([name]) => name.startsWith('encoder.')),
  );
  const encoder = await loadVgg(safetensors(encodeSafetensors(weights)), { preprocessing: 'none', padding: 'reflect' });
  const decoders: Record<string, Omit<Awaited<ReturnType<typeof finish>>, 'weights'>> = {};
  // Other pictures than the encoder's, larger and twice as many.
  const pictures = picturePool(2 * poolSize, decoderCrop, batch, seed * 1_000_000 + 500_000);
  for (const level of [1, 2, 3, 4, 5] as const) {
    const steps = Math.max(1, Math.round(decoderSteps * shares[level]));
    const { weights: trained, ...log } = await finish(
      `decoder ${level}`,
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
      }),
    );
    Object.assign(weights, trained);
    decoders[level] = log;
  }
  encoder.dispose();

  const metadata = { family: 'slim', preprocessing: 'none', padding: 'reflect', license: 'MIT' };
  const bytes = encodeSafetensors(weights, { dtype: 'F16', metadata });
  await mkdir(path.dirname(path.resolve(out)), { recursive: true });
  await writeFile(out, bytes);
  const psnr = await reconstructionPsnr(bytes, heldOut, 160);
  const { seconds, curve } = distilled;
  const log = { options: values, tensorsLeft: tf.memory().numTensors, psnr, encoder: { seconds, curve }, decoders };
  await writeFile(`${out.replace(/\.safetensors$/, '')}.json`, `${JSON.stringify(log, null, 2)}\n`);
  console.log(
    `${out}: ${bytes.length} bytes; PSNR of held-out drawn pictures, levels 1-5: ${psnr.map((db) => db.toFixed(1)).join(' / ')} dB`,
  );
}

main(values.teachers).catch((error: unknown) => {
  // The message alone: the stack of the wasm backend is its whole code.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
