import * as tf from '@tensorflow/tfjs-core';
import { lbfgs, type LbfgsOptions, type LbfgsResult } from 'pastiche/optim';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { directionalError } from '../_setup/compare';
import { gatys, type Gatys } from './objectives';

type Result = LbfgsResult<tf.Tensor4D> & { range: [number, number]; lossThere: number };

let problem: Gatys;
beforeAll(() => {
  problem = gatys();
});
afterAll(() => {
  problem.dispose();
});

/** Runs; adds the smallest and largest value of x, and the loss evaluated anew at x. */
async function run(from: 'content' | 'noise', options: LbfgsOptions<tf.Tensor4D>, at = problem): Promise<Result> {
  const result = await lbfgs(at.objective, at[from], options);
  const measured = tf.tidy(() => tf.stack([tf.min(result.x), tf.max(result.x), at.objective(result.x)]));
  const [min, max, lossThere] = (await measured.data()) as unknown as [number, number, number];
  tf.dispose([measured, result.x]);
  return { ...result, range: [min, max], lossThere };
}

// What the optimiser does over many steps is decided on the host, the same everywhere.
const manySteps = it.skipIf(inject('software'));

describe('lbfgs on a small style-transfer objective', () => {
  it('the objective of these tests has the gradient that it claims', async () => {
    const { grad, value } = problem.objective.valueAndGrad!(problem.noise);
    expect(await directionalError(problem.objective, problem.noise, grad, 0.05)).toBeLessThan(0.01);
    tf.dispose([grad, value]);
  });

  it('lbfgs(objective, start) falls to a tenth in 15 steps and hardly ever needs a second evaluation', async () => {
    const maxIterations = inject('software') ? 20 : 40;
    const { lossHistory, evaluations, skippedPairs, resets, parts, loss } = await run('content', { maxIterations });
    expect(lossHistory[15]!).toBeLessThan(lossHistory[0]! / 10);
    for (let i = 1; i < lossHistory.length; i++) expect(lossHistory[i]!).toBeLessThan(lossHistory[i - 1]!);
    expect(evaluations).toBeLessThan(1.25 * maxIterations);
    expect([skippedPairs, resets]).toEqual([0, 0]);
    expect((parts!['content']! + parts!['style']!) / loss).toBeCloseTo(1, 5);
  });

  manySteps(
    'lbfgs(objective, start) reaches the same loss with and without a line search, and from another start',
    async () => {
      const searched = await run('content', { maxIterations: 40 });
      const fixed = await run('content', { maxIterations: 40, lineSearch: 'none' });
      const fromNoise = await run('noise', { maxIterations: 40 });
      expect(fixed.loss / searched.loss).toBeLessThan(1.15);
      expect(searched.loss / fixed.loss).toBeLessThan(1.15);
      expect(fromNoise.loss / searched.loss).toBeLessThan(1.25);
    },
  );

  manySteps('lbfgs(objective, start) does not depend on the scale of the loss, nor does the penalty', async () => {
    for (const options of [{}, { bounds: { min: 0, max: 1 } }]) {
      const [reference, ...scaled] = await Promise.all(
        [1, 1e-6, 1e6].map(async (scale) => {
          const scaledProblem = gatys(scale);
          const { loss } = await run('content', { maxIterations: 25, ...options }, scaledProblem);
          scaledProblem.dispose();
          return loss / scale;
        }),
      );
      for (const loss of scaled) expect(Math.abs(loss / reference! - 1)).toBeLessThan(0.05);
    }
  });

  manySteps(
    'lbfgs(objective, start, { bounds }) keeps x within them at little cost, where clipping the free result ruins it',
    async () => {
      for (const from of ['content', 'noise'] as const) {
        const free = await run(from, { maxIterations: 40 });
        expect(free.range[1]).toBeGreaterThan(1.1);
        const penalty = await run(from, { maxIterations: 40, bounds: { min: 0, max: 1 } });
        expect(penalty.range[0]).toBeGreaterThanOrEqual(0);
        expect(penalty.range[1]).toBeLessThanOrEqual(1);
        expect(penalty.range[1]).toBeGreaterThan(0.999);
        // `loss` is that before clipping.
        expect(penalty.lossThere / penalty.loss - 1).toBeLessThan(0.03);
        expect(penalty.lossThere).toBeLessThan(1.4 * free.loss);
        const clipping = await run(from, { maxIterations: 40, bounds: { min: 0, max: 1, mode: 'clip' } });
        expect(clipping.range[0]).toBeGreaterThanOrEqual(0);
        expect(clipping.range[1]).toBeLessThanOrEqual(1);
        expect(clipping.lossThere / clipping.loss).toBeCloseTo(1, 3);
      }
    },
  );

  manySteps('lbfgs(objective, start) reaches the same loss whichever way the history is stored', async () => {
    const list = await run('content', { maxIterations: 15, storage: 'list' });
    for (const segmentBytes of [1, 3 * 8 * problem.content.size, undefined]) {
      const options = segmentBytes === undefined ? {} : { segmentBytes };
      const { loss } = await run('content', { maxIterations: 15, storage: 'segments', ...options });
      expect(Math.abs(loss / list.loss - 1)).toBeLessThan(0.02);
    }
  });

  manySteps('lbfgs(objective, start, { historySize }) is better with a history than without', async () => {
    const one = await run('content', { maxIterations: 30, historySize: 1 });
    const ten = await run('content', { maxIterations: 30, historySize: 10 });
    expect(ten.loss).toBeLessThan(one.loss);
  });
});
