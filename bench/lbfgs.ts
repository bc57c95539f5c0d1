// What L-BFGS itself costs an iteration, on wasm with one thread: CPU time less that of the objective: npx tsx bench/lbfgs.ts [STEPS]
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type Differentiable, type LbfgsResult, lbfgsSteps, noiseImage } from '../src/index.js';
import { median, timed } from './measure.js';

const steps = Number(process.argv[2] ?? 40);
const historySize = 10;
await tf.setBackend('wasm');

/** A bowl with curvatures from 1 to 1e4, far from solved after a hundred steps; its time is taken apart. */
function bowl(shape: Tensor4D['shape']): { objective: Differentiable; spent: () => number } {
  const curvature = tf.pow<Tensor4D>(10, tf.mul(noiseImage(shape, { seed: 1 }), 4));
  let spent = 0;
  const value = (x: Tensor4D) => tf.tidy(() => tf.mul<tf.Scalar>(tf.sum(tf.mul(curvature, tf.square(x))), 0.5));
  const valueAndGrad = (x: Tensor4D) => {
    let result: { value: tf.Scalar; grad: Tensor4D };
    spent += timed(() => (result = { value: value(x), grad: tf.mul(curvature, x) })).cpu;
    return result!;
  };
  return { objective: Object.assign(value, { valueAndGrad }), spent: () => spent };
}

console.log(`L-BFGS on wasm with one thread, history ${historySize}, ${steps} steps after the history is full`);
for (const shape of [
  [1, 256, 256, 3],
  [1, 512, 512, 3],
] as const) {
  const { objective, spent } = bowl([...shape]);
  const start = noiseImage(shape, { seed: 2 });
  const run = lbfgsSteps(objective, start, { historySize, maxIterations: historySize + 1 + steps });
  const overheads: number[] = [];
  let evaluations = 0;
  let before = { cpu: process.cpuUsage(), spent: spent() };
  let ended: LbfgsResult<Tensor4D> | undefined;
  while (ended === undefined) {
    const { done, value } = await run.next();
    const { user, system } = process.cpuUsage(before.cpu);
    const overhead = (user + system) / 1000 - (spent() - before.spent);
    if (done) {
      ended = value;
    } else if (value.iteration > historySize + 1) overheads.push(overhead);
    else evaluations = value.evaluations;
    before = { cpu: process.cpuUsage(), spent: spent() };
  }
  evaluations = ended.evaluations - evaluations;
  const [n, least, most] = [tf.util.sizeFromShape([...shape]), Math.min(...overheads), Math.max(...overheads)];
  console.log(
    `  n = ${n}: ${median(overheads).toFixed(1)} ms CPU an iteration (${least.toFixed(1)}..${most.toFixed(1)}), ` +
      `${(evaluations / overheads.length).toFixed(2)} evaluations each`,
  );
  tf.dispose([ended.x, start]);
}
