import { existsSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { Differentiable } from 'pastiche';
import { lbfgs } from 'pastiche/optim';
import { describe, expect, it } from 'vitest';
import { beale, rosenbrock, rosenbrockStart, withGrad } from './objectives';

interface Run {
  function: string;
  line_search: 'strong_wolfe' | 'none';
  history: number;
  iterations: number;
  evaluations: number;
  final_f: number;
  final_x: number[];
}

const path = '../shared/data/golden/lbfgs.json';
const runs = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { runs: Run[] }).runs : [];
if (runs.length === 0)
  console.warn(`The trajectories of torch.optim.LBFGS are not at ${path}: their tests are skipped.`);

const scales = Array.from({ length: 10 }, (_, i) => 10 ** ((4 * i) / 9));
const quadratic = withGrad<tf.Tensor1D>((x) => {
  const ax = tf.mul<tf.Tensor1D>(tf.tensor1d(scales), x);
  return { value: tf.sum<tf.Scalar>(tf.mul(x, tf.sub(tf.mul(0.5, ax), 1))), grad: tf.sub(ax, 1) };
});

/** Objective, start and lowest value, as the file describes them. */
const problems: Record<string, [Differentiable<tf.Tensor1D>, () => tf.Tensor1D, number]> = {
  rosenbrock2: [rosenbrock, () => rosenbrockStart(2), 0],
  rosenbrock10: [rosenbrock, () => rosenbrockStart(10), 0],
  quadratic: [quadratic, () => tf.zeros([10]), -0.5 * scales.reduce((sum, a) => sum + 1 / a, 0)],
  beale: [beale, () => tf.tensor1d([1, 1]), 0],
};

describe.skipIf(runs.length === 0)('lbfgs against torch.optim.LBFGS in float64', () => {
  it.each(
    runs.filter((run) => run.line_search === 'strong_wolfe').map((run) => [run.function, run.history, run] as const),
  )(
    'lbfgs(objective, start) gets as low on %s with history %i, in at most 1.5 times the evaluations',
    async (name, historySize, run) => {
      const [objective, makeStart, lowest] = problems[name]!;
      const start = makeStart();
      const result = await lbfgs(objective, start, {
        historySize,
        initialStep: 'torch',
        maxIterations: 1000,
        maxEvaluations: Math.floor(1.5 * run.evaluations),
      });
      // Float32 resolves no more than this of the loss.
      const floor = 1e-9 + 1e-6 * Math.abs(lowest);
      expect(result.loss - lowest).toBeLessThanOrEqual(Math.max(floor, 1.5 * (run.final_f - lowest)));
      expect(result.loss - lowest).toBeGreaterThan(-floor);
      tf.dispose([start, result.x]);
    },
  );
});
