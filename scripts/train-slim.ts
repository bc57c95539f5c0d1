// Trains the slim encoder and its five decoders from drawn pictures alone: `npm run train:slim -- --teachers FOLDER`; then, in a
// second pass, the decoders of such a file once more, so that they paint without a weave: `npm run train:slim -- --from FILE`.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type NamedWeights, distillEncoder, encodeSafetensors } from '../src/index.js';
import { enableWasmThreads, fileWeights } from '../src/node/index.js';
import { svg } from '../bench/report/svg.js';
import { interrupt } from '../examples/support/program.js';
import { allArrays } from '../examples/support/weights.js';
import { trainSlimOptions } from './training/options.js';
import { trainingPlot } from './training/plot.js';
import { type PicturePool, picturePool } from './training/pool.js';
import { reconstructionPsnr } from './training/reconstruction.js';
import { type FinishedStage, type StageLog, type Stages, openStages } from './training/stages.js';
import { colorTaps, loadTeachers, rememberingTeacher } from './training/teachers.js';
import { trainDecoders } from './training/trainDecoders.js';
import { wake } from './training/wake.js';

const options = trainSlimOptions();

/** Seeds of pictures for measuring, out of the way of those for training. */
const heldOut = Array.from({ length: 24 }, (_, i) => -1 - i);

/** Numbers of a log need no more digits. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

async function trainEncoder(
  teachersFolder: string,
  pool: PicturePool,
  stages: Stages,
  signal: AbortSignal,
): Promise<FinishedStage> {
  const { encoderSteps: steps, seed } = options;
  return stages.run('encoder', async function* (resume) {
    const teachers = await loadTeachers(teachersFolder);
    try {
      return yield* distillEncoder(
        rememberingTeacher(teachers, (step) => pool.indices(step)),
        (step) => pool.batch(step),
        { steps, seed, signal, taps: colorTaps, ...(resume && { resume }) },
      );
    } finally {
      teachers.dispose();
    }
  });
}

const logOf = (file: string): string => `${file.replace(/\.safetensors$/, '')}.json`;

async function main(): Promise<void> {
  const { out, from, levels, decoderSteps, batch, poolSize, seed, threads, lift, request } = options;
  if (threads > 1) await enableWasmThreads({ threads });
  else await tf.setBackend('wasm');
  await tf.ready();

  const signal = interrupt();
  await mkdir(path.dirname(path.resolve(out)), { recursive: true });
  const stages = await openStages(`${out}.progress`, JSON.stringify(request), signal);

  const logs: Record<string, StageLog> = {};
  const pool = picturePool(poolSize, options.encoderCrop, batch, seed * 1_000_000);
  let begin: NamedWeights;
  if (from === undefined) {
    const { weights: found, ...log } = await trainEncoder(options.teachers!, pool, stages, signal);
    logs['encoder'] = log;
    begin = found;
  } else begin = await allArrays(await fileWeights(from));
  if (lift > 0) begin = await wake(begin, lift, (step) => Promise.resolve(pool.batch(step)));

  // What is not trained again stays.
  const weights = Object.fromEntries(
    Object.entries(begin).filter(([name]) => from !== undefined || name.startsWith('encoder.')),
  );
  // Other pictures than the encoder's, larger and twice as many.
  const pictures = { count: 2 * poolSize, side: options.decoderCrop, batch, firstSeed: seed * 1_000_000 + 500_000 };
  const tasks = levels.map((level) => ({
    level,
    steps: decoderSteps[level - 1]!,
    weights: begin,
    pictures,
    featureNoise: options.noise[level - 1]!,
    variationWeight: options.variation[level - 1]!,
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
