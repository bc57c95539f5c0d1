/**
 * Trains the slim encoder and its five decoders from drawn pictures alone: `npm run train:slim -- --teachers FOLDER`; or goes on with
 * decoders of a file: `npm run train:slim -- --from FILE --levels 1,2`.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type NamedWeights, autoencoderLevels, distillEncoder, encodeSafetensors } from '../src/index.js';
import { enableWasmThreads, fileWeights } from '../src/node/index.js';
import { svg } from '../bench/report/svg.js';
import { allArrays } from '../examples/support/weights.js';
import { trainingPlot } from './training/plot.js';
import { type PicturePool, picturePool } from './training/pool.js';
import { reconstructionPsnr } from './training/reconstruction.js';
import { type FinishedStage, type StageLog, type Stages, openStages } from './training/stages.js';
import { colorTaps, loadTeachers, rememberingTeacher } from './training/teachers.js';
import { trainDecoders } from './training/trainDecoders.js';
import { wake } from './training/wake.js';

const { values } = parseArgs({
  options: {
    teachers: { type: 'string' },
    from: { type: 'string' },
    levels: { type: 'string', default: '1,2,3,4,5' },
    lift: { type: 'string' },
    out: { type: 'string', default: path.join('out', 'slim.safetensors') },
    'encoder-steps': { type: 'string', default: '3200' },
    'decoder-steps': { type: 'string', default: '3000,1800,2000,2600,2800' },
    'encoder-crop': { type: 'string', default: '96' },
    'decoder-crop': { type: 'string', default: '112' },
    batch: { type: 'string', default: '4' },
    noise: { type: 'string', default: '1.5' },
    pool: { type: 'string', default: '800' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    seed: { type: 'string', default: '0' },
  },
});

/** A whole number of at least 1, or of at least 0. */
function whole(
  name: 'encoder-steps' | 'encoder-crop' | 'decoder-crop' | 'batch' | 'pool' | 'threads' | 'seed',
  least = 1,
) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name}: expected a whole number of at least ${least}; got ${values[name]}`);
  return value;
}

const { out, from, teachers: folder } = values;
if (from === undefined && folder === undefined)
  throw new Error('--teachers: expected the folder with ust-encoder-3 and ust16x-encoder-{4,5} as .safetensors');
const [encoderSteps, encoderCrop, decoderCrop] = [
  whole('encoder-steps'),
  whole('encoder-crop', 32),
  whole('decoder-crop', 32),
];
const [batch, poolSize, seed, threads] = [whole('batch'), whole('pool'), whole('seed', 0), whole('threads')];
const levels = autoencoderLevels.filter((level) => values.levels.split(',').includes(String(level)));
if (levels.length !== values.levels.split(',').length)
  throw new Error(`--levels: expected some of ${autoencoderLevels.join(',')}, each once; got ${values.levels}`);
const decoderSteps = values['decoder-steps'].split(',').map(Number);
if (decoderSteps.length !== 5 || !decoderSteps.every((steps) => Number.isInteger(steps) && steps >= 1))
  throw new Error(`--decoder-steps: expected five whole numbers, one for each level; got ${values['decoder-steps']}`);
const featureNoise = Number(values.noise);
if (!(featureNoise >= 0)) throw new Error(`--noise: expected a number of at least 0; got ${values.noise}`);
const lift = Number(values.lift ?? (from === undefined ? 0.6 : 0));
if (!(lift >= 0)) throw new Error(`--lift: expected a number of at least 0; got ${String(values.lift)}`);

/** Seeds of pictures for measuring, out of the way of those for training. */
const heldOut = Array.from({ length: 24 }, (_, i) => -1 - i);

/** Numbers of a log need no more digits. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

async function distilled(
  folder: string,
  pool: PicturePool,
  stages: Stages,
  signal: AbortSignal,
): Promise<FinishedStage> {
  return stages.run('encoder', async function* (resume) {
    const teachers = await loadTeachers(folder);
    try {
      return yield* distillEncoder(
        rememberingTeacher(teachers, (step) => pool.indices(step)),
        (step) => pool.batch(step),
        { steps: encoderSteps, seed, signal, taps: colorTaps, ...(resume && { resume }) },
      );
    } finally {
      teachers.dispose();
    }
  });
}

const logOf = (file: string): string => `${file.replace(/\.safetensors$/, '')}.json`;

async function main(): Promise<void> {
  if (threads > 1) await enableWasmThreads({ threads });
  else await tf.setBackend('wasm');
  await tf.ready();

  // The same pictures whatever the threads are; and everything that decides what is learned.
  const { threads: _, out: __, teachers: ___, ...asked } = values;
  const request = { ...asked, ...(from === undefined ? {} : { from: path.basename(from) }) };
  const stop = new AbortController();
  const { signal } = stop;
  process.once('SIGINT', () => {
    stop.abort();
  });
  await mkdir(path.dirname(path.resolve(out)), { recursive: true });
  const stages = await openStages(`${out}.progress`, JSON.stringify(request), signal);

  const logs: Record<string, StageLog> = {};
  const pool = picturePool(poolSize, encoderCrop, batch, seed * 1_000_000);
  let begin: NamedWeights;
  if (from === undefined) {
    const { weights: found, ...log } = await distilled(folder!, pool, stages, signal);
    logs['encoder'] = log;
    begin = found;
  } else begin = await allArrays(await fileWeights(from));
  if (lift > 0) begin = await wake(begin, lift, (step) => Promise.resolve(pool.batch(step)));

  // What is not trained again stays.
  const weights = Object.fromEntries(
    Object.entries(begin).filter(([name]) => from !== undefined || name.startsWith('encoder.')),
  );
  // Other pictures than the encoder's, larger and twice as many.
  const pictures = { count: 2 * poolSize, side: decoderCrop, batch, firstSeed: seed * 1_000_000 + 500_000 };
  const tasks = levels.map((level) => ({
    level,
    steps: decoderSteps[level - 1]!,
    weights: begin,
    pictures,
    // Up to level 3, transformed features come back without a weave anyway.
    featureNoise: level < 4 ? 0 : featureNoise,
    seed,
    progress: `${out}.decoder${level}.progress`,
    request: JSON.stringify(request),
  }));
  const finished = await trainDecoders(tasks, threads, signal);
  for (const level of levels) {
    const { weights: trained, ...log } = finished.get(level)!;
    Object.assign(weights, trained);
    logs[`decoder ${level}`] = log;
  }

  const metadata = { family: 'slim', preprocessing: 'none', padding: 'reflect', license: 'MIT' };
  const bytes = encodeSafetensors(weights, { dtype: 'F16', metadata });
  await writeFile(out, bytes);
  const psnr = await reconstructionPsnr(bytes, heldOut, 160);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const before: unknown = from === undefined ? undefined : JSON.parse(await readFile(logOf(from), 'utf8'));
  const log = { sha256, request, threads, tensorsLeft: tf.memory().numTensors, psnr, stages: logs, before };
  await writeFile(logOf(out), `${JSON.stringify(log, rounded)}\n`);
  await writeFile(logOf(out).replace(/json$/, 'svg'), svg(trainingPlot(logs)));
  await stages.done();
  for (const { progress } of tasks) await rm(progress, { force: true });
  console.log(
    `${out}: ${bytes.length} bytes; PSNR of held-out drawn pictures, levels 1-5: ${psnr.map((db) => db.toFixed(1)).join(' / ')} dB`,
  );
}

main().catch((error: unknown) => {
  // The message alone: the stack of the wasm backend is its whole code.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
