// Four runs of Gatys' method at 256 px against torch's L-BFGS from the same starts: npx tsx bench/baseline.ts [RUN...]
// Needs the folder ../shared/data beside the repository, which is not part of it. RUN is a name of `runs`; all by default.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import {
  type FeatureExtractor,
  type Image,
  type LbfgsOptions,
  contentLoss,
  insertLossTaps,
  lbfgsSteps,
  loadVgg,
  resizeImage,
  safetensors,
  styleLoss,
} from '../src/index.js';
import { fileReader, readImage, writeImage } from '../src/node/index.js';

const data = path.resolve(import.meta.dirname, '../../shared/data');
const out = path.resolve(import.meta.dirname, '../out');
if (!existsSync(data)) {
  console.log(
    'bench/baseline.ts needs ../shared/data beside the repository (weights, pictures, logs of torch); it is absent.',
  );
  process.exit(0);
}
await tf.setBackend('wasm');
mkdirSync(out, { recursive: true });

/** One evaluation in a log of torch; `iter` is the iteration that asked for it. */
interface Evaluation {
  iter: number;
  loss: number;
  phase?: 'coarse' | 'fine';
}
interface Log {
  log: Evaluation[];
  final_loss: number;
}
const torchLog = (name: string): Log =>
  JSON.parse(readFileSync(path.join(data, `baseline/gatys256-${name}.json`), 'utf8')) as Log;
const picture = (name: string): Promise<Image> => readImage(path.join(data, `baseline/${name}.png`));

const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1'] as const;

/** 1 * half-sum of squares at relu3_2 + 1e4 * mean over three layers of the paper's style loss. */
async function objectiveAt(vgg: FeatureExtractor, size: 128 | 256) {
  const [content, style] = [await picture(`content-${size}`), await picture(`style-${size}`)];
  const wanted = vgg.features(content, ['relu3_2']).relu3_2;
  const looks = vgg.features(style, [...styleLayers]);
  const styles = styleLayers.map((layer) => ({
    layer,
    loss: styleLoss(looks[layer], { normalization: 'positions', reduction: 'gatys' }),
    weight: 1e4 / styleLayers.length,
  }));
  const objective = insertLossTaps(vgg, [
    { layer: 'relu3_2', loss: contentLoss(wanted, { reduction: 'half-sum' }) },
    ...styles,
  ]);
  tf.dispose([style, looks]);
  return { objective, content };
}

/** The caffe image `[1, h, w, 3]`, BGR 0..255 minus the mean, as RGB in 0..1 (and a little beyond). */
function noiseStart(): Image {
  const bytes = readFileSync(path.join(data, 'baseline/init-noise-256.safetensors'));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const caffe = new Float32Array(new Uint8Array(bytes.subarray(8 + headerLength)).buffer);
  const mean = [103.939, 116.779, 123.68];
  const rgb = caffe.map((_, i) => {
    const channel = 2 - (i % 3);
    return (caffe[i - (i % 3) + channel]! + mean[channel]!) / 255;
  });
  return tf.tensor4d(rgb, [1, 192, 256, 3]);
}

interface Trace {
  losses: number[];
  evaluations: number;
  seconds: number;
  cpuSeconds: number;
  x: Image;
}

async function optimise(
  objective: ReturnType<typeof insertLossTaps>,
  start: Image,
  options: LbfgsOptions<Image>,
): Promise<Trace> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const steps = lbfgsSteps(objective, start, { historySize: 100, ...options });
  for (;;) {
    const { done, value } = await steps.next();
    if (!done) {
      if (value.iteration % 10 === 0)
        console.log(`  ${value.iteration}: ${value.loss.toExponential(4)} (${value.evaluations} evaluations)`);
      continue;
    }
    const { user, system } = process.cpuUsage(cpu);
    return {
      losses: [...value.lossHistory],
      evaluations: value.evaluations,
      seconds: (performance.now() - begun) / 1000,
      cpuSeconds: (user + system) / 1e6,
      x: value.x,
    };
  }
}

/** Torch's loss after some iterations: the lowest evaluation of the last one, which is the accepted one in nearly every search. */
function torchAfter({ log, final_loss }: Log, phase: Evaluation['phase'], iterations: number, last: boolean): number {
  if (last) return final_loss;
  const until = log.filter((entry) => entry.phase === phase && entry.iter <= iterations);
  const end = Math.max(...until.map(({ iter }) => iter));
  return Math.min(...until.filter(({ iter }) => iter === end).map(({ loss }) => loss));
}

function report(run: string, log: Log, trace: Trace, phase?: Evaluation['phase'], marks = [10, 20, 50, 100]): void {
  console.log(`\n${run}: loss after N iterations`);
  for (const mark of [0, ...marks]) {
    const ours = trace.losses[mark];
    if (ours === undefined) continue;
    const theirs = torchAfter(log, phase, mark, phase !== 'coarse' && mark === marks.at(-1));
    console.log(
      `  ${String(mark).padStart(4)}  ours ${ours.toExponential(4)}  torch ${theirs.toExponential(4)}  ours/torch ${(ours / theirs).toFixed(4)}`,
    );
  }
  const torchEvaluations = log.log.filter((entry) => entry.phase === phase).length;
  console.log(
    `  evaluations: ours ${trace.evaluations}, torch ${torchEvaluations}; ` +
      `${trace.seconds.toFixed(0)} s, CPU ${trace.cpuSeconds.toFixed(0)} s (${(trace.cpuSeconds / trace.evaluations).toFixed(2)} s an evaluation)`,
  );
}

const runs: Record<string, (vgg: FeatureExtractor) => Promise<Image>> = {
  async content(vgg) {
    const { objective, content } = await objectiveAt(vgg, 256);
    const trace = await optimise(objective, content, { maxIterations: 100 });
    report('content, strong Wolfe', torchLog('content-strong_wolfe'), trace);
    return trace.x;
  },
  async fixed(vgg) {
    const { objective, content } = await objectiveAt(vgg, 256);
    const trace = await optimise(objective, content, { maxIterations: 100, lineSearch: 'none' });
    report('content, no line search', torchLog('content-default'), trace);
    return trace.x;
  },
  async noise(vgg) {
    const { objective } = await objectiveAt(vgg, 256);
    const trace = await optimise(objective, noiseStart(), { maxIterations: 100 });
    report('noise, strong Wolfe', torchLog('noise-strong_wolfe'), trace);
    return trace.x;
  },
  async coarse(vgg) {
    const log = torchLog('coarse2fine-strong_wolfe');
    const small = await objectiveAt(vgg, 128);
    const first = await optimise(small.objective, small.content, { maxIterations: 100 });
    report('128 px from content, strong Wolfe', log, first, 'coarse');
    const large = await objectiveAt(vgg, 256);
    const [, height, width] = large.content.shape;
    const start = resizeImage(first.x, [height, width], { method: 'linear' });
    const second = await optimise(large.objective, start, { maxIterations: 50 });
    report('256 px from there, strong Wolfe', log, second, 'fine', [10, 20, 50]);
    return second.x;
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in runs));
if (unknown.length > 0)
  throw new Error(`there is no run ${unknown.join(', ')}; the runs are ${Object.keys(runs).join(', ')}`);
const weights = fileReader(path.join(data, 'weights/vgg19-imagenet-conv1_1-conv3_4.safetensors'));
const vgg = await loadVgg(safetensors(weights), { upTo: 'relu3_2', preprocessing: 'caffe' });
for (const name of asked.length > 0 ? asked : Object.keys(runs)) {
  const x = await runs[name]!(vgg);
  const file = path.join(out, `baseline-${name}.png`);
  await writeImage(file, x);
  console.log(`  picture: out/${path.basename(file)}`);
  x.dispose();
}
