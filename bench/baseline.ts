// Four runs of Gatys' method at 256 px against torch's L-BFGS from the same starts: npx tsx bench/baseline.ts [RUN...]
// Needs the folder ../shared/data beside the repository, which is not part of it. RUN is a name of `runs`; all by default.
import { mkdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type ClosedForm, type Image, type LbfgsOptions, lbfgs, resizeImage } from '../src/index.js';
import { writeImage } from '../src/node/index.js';
import { type Phase, type TorchLog, baselinePlan, noiseStart, torchLog, torchLossAfter } from './inputs/baseline.js';
import { sharedFile } from './inputs/files.js';
import { timed } from './measure.js';
import { tensorOf } from './tasks/arrays.js';
import { ourNetwork, ourObjective } from './tasks/ourObjective.js';

if (sharedFile('baseline') === undefined) {
  console.log(
    'bench/baseline.ts needs ../shared/data beside the repository (weights, pictures, logs of torch); it is absent.',
  );
  process.exit(0);
}
await tf.setBackend('wasm');
const plans = { 128: await baselinePlan(128), 256: await baselinePlan(256) };
const vgg = await ourNetwork(plans[256]);
const objectiveAt = (size: 128 | 256): Promise<ClosedForm> => ourObjective(vgg, plans[size]);
const contentAt = (size: 128 | 256): Promise<Image> => tensorOf(plans[size].pictures, 'content');

interface Trace {
  readonly losses: readonly number[];
  readonly evaluations: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly x: Image;
}

async function optimise(objective: ClosedForm, start: Image, options: LbfgsOptions<Image>): Promise<Trace> {
  const { wall, cpu, result } = await timed(() =>
    lbfgs<Image>(objective, start, {
      historySize: 100,
      onStep: ({ iteration, loss, evaluations }) => {
        if (iteration % 10 === 0) console.log(`  ${iteration}: ${loss.toExponential(4)} (${evaluations} evaluations)`);
      },
      ...options,
    }),
  );
  const { lossHistory: losses, evaluations, x } = result;
  return { losses, evaluations, seconds: wall / 1000, cpuSeconds: cpu / 1000, x };
}

function report(run: string, torch: TorchLog, trace: Trace, phase?: Phase, marks = [10, 20, 50, 100]): void {
  console.log(`\n${run}: loss after N iterations`);
  for (const mark of [0, ...marks]) {
    const ours = trace.losses[mark];
    if (ours === undefined) continue;
    const ended = phase !== 'coarse' && mark === marks.at(-1);
    const theirs = ended ? torch.final_loss : torchLossAfter(torch, phase, mark);
    console.log(
      `  ${String(mark).padStart(4)}  ours ${ours.toExponential(4)}  torch ${theirs.toExponential(4)}  ours/torch ${(ours / theirs).toFixed(4)}`,
    );
  }
  const torchEvaluations = torch.log.filter((entry) => entry.phase === phase).length;
  console.log(
    `  evaluations: ours ${trace.evaluations}, torch ${torchEvaluations}; ` +
      `${trace.seconds.toFixed(0)} s, CPU ${trace.cpuSeconds.toFixed(0)} s (${(trace.cpuSeconds / trace.evaluations).toFixed(2)} s an evaluation)`,
  );
}

const runs: Record<string, () => Promise<Image>> = {
  async content() {
    const trace = await optimise(await objectiveAt(256), await contentAt(256), { maxIterations: 100 });
    report('content, strong Wolfe', torchLog('content-strong_wolfe'), trace);
    return trace.x;
  },
  async fixed() {
    const options = { maxIterations: 100, lineSearch: 'none' } as const;
    const trace = await optimise(await objectiveAt(256), await contentAt(256), options);
    report('content, no line search', torchLog('content-default'), trace);
    return trace.x;
  },
  async noise() {
    const trace = await optimise(await objectiveAt(256), await noiseStart(), { maxIterations: 100 });
    report('noise, strong Wolfe', torchLog('noise-strong_wolfe'), trace);
    return trace.x;
  },
  async coarse() {
    const log = torchLog('coarse2fine-strong_wolfe');
    const small = await optimise(await objectiveAt(128), await contentAt(128), { maxIterations: 100 });
    report('128 px from content, strong Wolfe', log, small, 'coarse');
    const [, height, width] = (await contentAt(256)).shape;
    const start = resizeImage(small.x, [height, width], { method: 'linear' });
    const large = await optimise(await objectiveAt(256), start, { maxIterations: 50 });
    report('256 px from there, strong Wolfe', log, large, 'fine', [10, 20, 50]);
    return large.x;
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in runs));
if (unknown.length > 0)
  throw new Error(`there is no run ${unknown.join(', ')}; the runs are ${Object.keys(runs).join(', ')}`);
mkdirSync('out', { recursive: true });
for (const name of asked.length > 0 ? asked : Object.keys(runs)) {
  const x = await runs[name]!();
  await writeImage(`out/baseline-${name}.png`, x);
  console.log(`  picture: out/baseline-${name}.png`);
  x.dispose();
}
