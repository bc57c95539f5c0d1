import * as tf from '@tensorflow/tfjs-core';
import type { Differentiable } from 'pastiche';
import { lbfgs, lbfgsSteps, type LbfgsOptions, type LbfgsResult } from 'pastiche/optim';
import { describe, expect, inject, it } from 'vitest';
import { randomNumbers, randomTensor, relativeL2 } from '../_setup/compare';
import { beale, quadratic, rosenbrock, rosenbrockStart, shortHistory, withGrad } from './objectives';

async function minimise(
  objective: Differentiable<tf.Tensor1D>,
  start: tf.Tensor1D,
  options: LbfgsOptions<tf.Tensor1D> = {},
): Promise<Omit<LbfgsResult<tf.Tensor1D>, 'x'> & { x: Float32Array }> {
  const result = await lbfgs(objective, start, {
    ...shortHistory,
    toleranceGrad: 1e-5,
    initialStep: 'torch',
    ...options,
  });
  const x = await result.x.data<'float32'>();
  tf.dispose([start, result.x]);
  return { ...result, x };
}

const storages: [string, LbfgsOptions][] = [
  ['a list', { storage: 'list' }],
  ['segments of one pair', { storage: 'segments', segmentBytes: 1 }],
  ['segments of three pairs', { storage: 'segments', segmentBytes: 3 * 8 * 2 }],
  ['one segment', { storage: 'segments' }],
];

// Hundreds of steps on tiny vectors test the algebra on the host, which is the same everywhere. A software GPU takes 40 ms for each.
const hundredsOfSteps = it.skipIf(inject('software'));

describe('lbfgs', () => {
  it.each(inject('software') ? storages.slice(2) : storages)(
    "lbfgs(objective, start) finds the minimum of Rosenbrock's function, history in %s",
    async (_, options) => {
      const result = await minimise(rosenbrock, rosenbrockStart(2), { historySize: 10, ...options });
      expect(result).toMatchObject({ status: 'grad', converged: true, resets: 0, skippedPairs: 0 });
      expect(result.loss).toBeLessThan(1e-10);
      expect(relativeL2(result.x, [1, 1])).toBeLessThan(1e-4);
      expect(result.iterations).toBeGreaterThanOrEqual(30);
      expect(result.iterations).toBeLessThanOrEqual(42);
      expect(result.evaluations).toBeLessThanOrEqual(52);
    },
  );

  hundredsOfSteps(
    'lbfgs(objective, start) finds the minimum of Rosenbrock in 100 dimensions in about 520 steps',
    async () => {
      const result = await minimise(rosenbrock, rosenbrockStart(100), { maxIterations: 700 });
      expect(['grad', 'line-search']).toContain(result.status);
      expect(result.loss).toBeLessThan(1e-9);
      expect(result.iterations).toBeGreaterThanOrEqual(480);
      expect(result.iterations).toBeLessThanOrEqual(580);
    },
  );

  hundredsOfSteps('lbfgs(objective, start) solves a quadratic of condition 1e4 in less than 950 steps', async () => {
    const result = await minimise(quadratic(1000, 1e4), tf.ones([1000]), { maxIterations: 950 });
    expect(result.status).toBe('grad');
    expect(result.evaluations).toBeLessThan(1.1 * result.iterations);
  });

  hundredsOfSteps(
    'lbfgs(objective, start) solves a quadratic in the same number of steps whatever the scale of the loss',
    async () => {
      const runs = [1e-6, 1, 1e6].map((scale) =>
        minimise(quadratic(50, 100, 1, scale), tf.zeros([50]), {
          initialStep: { maxChange: 0.03 },
          toleranceGrad: 1e-2 * scale,
        }),
      );
      const results = await Promise.all(runs);
      for (const result of results) {
        expect(result.status).toBe('grad');
        expect(Math.abs(result.iterations - results[1]!.iterations)).toBeLessThanOrEqual(3);
      }
    },
  );

  it("lbfgs(objective, start) differentiates a plain function of TensorFlow.js operations: Beale's", async () => {
    const result = await minimise(beale, tf.tensor1d([1, 1]));
    expect(result.status).toBe('grad');
    expect(relativeL2(result.x, [3, 0.5])).toBeLessThan(1e-4);
    expect(result.evaluations).toBeLessThanOrEqual(30);
  });

  it("lbfgs(objective, start, { lineSearch: 'none' }) evaluates once a step", async () => {
    const condition = inject('software') ? 4 : 100;
    const result = await minimise(quadratic(100, condition), tf.ones([100]), { lineSearch: 'none' });
    expect(result.status).toBe('grad');
    expect(result.evaluations).toBe(result.iterations + 1);
  });

  it("lbfgs(objective, start, { lineSearch: 'none' }) returns the best point, not the last", async () => {
    const result = await minimise(rosenbrock, rosenbrockStart(2), {
      lineSearch: 'none',
      maxIterations: 5,
      learningRate: 3,
    });
    expect(result.lossHistory).toHaveLength(6);
    expect(Math.max(...result.lossHistory)).toBeGreaterThan(result.lossHistory[0]!);
    expect(result.loss).toBe(Math.min(...result.lossHistory));
    const there = tf.tidy(() => rosenbrock(tf.tensor1d(result.x)));
    expect((await there.data())[0]! / result.loss).toBeCloseTo(1, 4);
    there.dispose();
  });

  it.each(inject('software') ? [7] : [1, 2, 3, 7, 100_003])(
    'lbfgs(objective, start) works for %i values',
    async (n) => {
      const next = randomNumbers(n);
      const target = Float32Array.from({ length: n }, () => 2 * next() - 1);
      const objective = withGrad<tf.Tensor1D>((x) => {
        const difference = tf.sub<tf.Tensor1D>(x, tf.tensor1d(target));
        const weighted = tf.mul<tf.Tensor1D>(difference, tf.add<tf.Tensor1D>(tf.abs(tf.tensor1d(target)), 0.5));
        return { value: tf.mul<tf.Scalar>(0.5, tf.sum(tf.mul(difference, weighted))), grad: weighted };
      });
      const result = await minimise(objective, tf.zeros([n]), { toleranceGrad: 1e-4, maxIterations: 60 });
      expect(result.status).toBe('grad');
      expect(relativeL2(result.x, target)).toBeLessThan(1e-3);
    },
  );

  it('lbfgs(objective, start) takes tensors of any rank and leaves the start alone', async () => {
    for (const shape of [[], [2, 3], [1, 4, 5, 3]]) {
      const start: tf.Tensor = randomTensor(shape as [number, number], 4);
      const before = (await start.data()).slice();
      const objective: Differentiable<tf.Tensor> = (x) => tf.sum(tf.square(x));
      const { x, status } = await lbfgs(objective, start, { toleranceGrad: 1e-6 });
      expect(status).toBe('grad');
      expect(x.shape).toEqual(shape);
      expect(await start.data()).toEqual(before);
      tf.dispose([x, start]);
    }
  });

  it('lbfgs(objective, start) adds up long dot products accurately', async () => {
    // 786432 equal signs: a flat float32 sum on wasm is off by 4e-4.
    const n = 786_432;
    const start = randomTensor<tf.Rank.R1>([n], 9);
    const values = await start.data<'float32'>();
    const norm = values.reduce((sum, value) => sum + value * value, 0);
    const objective = withGrad<tf.Tensor1D>((x) => ({ value: tf.scalar(1), grad: tf.clone(x) }));
    const steps = lbfgsSteps(objective, start, { lineSearch: 'none' });
    const first = await steps.next();
    await steps.return(undefined as never);
    start.dispose();
    expect(first.done).toBe(false);
    // Along the negative gradient the slope is -|g|^2, and the gradient at the start is the start itself.
    expect(Math.abs((first.value as { slope: number }).slope / -norm - 1)).toBeLessThan(5e-6);
  });

  it('lbfgs(objective, start, { initialStep: { maxChange } }) changes no value by more in the first step', async () => {
    const start = tf.tensor1d([1, -2, 3]);
    const steps = lbfgsSteps(quadratic(3, 1e-3), start, { lineSearch: 'none', initialStep: { maxChange: 0.25 } });
    const { value } = await steps.next();
    const moved = tf.tidy(() => tf.max(tf.abs(tf.sub((value as { x: tf.Tensor1D }).x, start))));
    expect((await moved.data())[0]).toBeCloseTo(0.25, 5);
    await steps.return(undefined as never);
    tf.dispose([start, moved]);
  });
});

describe('the status of lbfgs', () => {
  const run = (options: LbfgsOptions<tf.Tensor1D>, n = 10): ReturnType<typeof minimise> =>
    minimise(rosenbrock, rosenbrockStart(n), { toleranceGrad: 0, maxIterations: 40, ...options });

  it("lbfgs(objective, start) is 'grad' after one evaluation where the gradient is zero", async () => {
    expect(await minimise(quadratic(5, 10), tf.zeros([5]), { toleranceGrad: 0 })).toMatchObject({
      status: 'grad',
      converged: true,
      evaluations: 1,
      iterations: 0,
      loss: 0,
      lossHistory: [0],
    });
  });

  it("lbfgs(objective, start, { maxIterations }) is 'max-iterations' after as many steps", async () => {
    const result = await run({ maxIterations: 7 });
    expect(result).toMatchObject({ status: 'max-iterations', converged: false, iterations: 7 });
    expect(result.lossHistory).toHaveLength(8);
    expect(result.message).toContain('maxIterations');
    expect(await run({ maxIterations: 0 })).toMatchObject({ status: 'max-iterations', iterations: 0, evaluations: 1 });
  });

  it("lbfgs(objective, start, { maxEvaluations }) is 'max-evaluations' and never evaluates once more", async () => {
    for (const lineSearch of ['strong-wolfe', 'none'] as const) {
      for (const maxEvaluations of inject('software') ? [1, 2, 6] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
        let calls = 0;
        const counted = withGrad<tf.Tensor1D>((x) => {
          calls += 1;
          return rosenbrock.valueAndGrad(x);
        });
        const result = await minimise(counted, rosenbrockStart(2), { maxEvaluations, lineSearch });
        expect(result.status).toBe('max-evaluations');
        expect(result.evaluations).toBe(maxEvaluations);
        expect(calls).toBe(maxEvaluations);
        expect(result.loss).toBe(Math.min(...result.lossHistory));
      }
    }
  });

  it("lbfgs(objective, start, { toleranceChange }) is 'change' once a step is that small", async () => {
    const result = await run({ toleranceChange: 1e-2, maxIterations: 200 });
    expect(result).toMatchObject({ status: 'change', converged: true });
  });

  it("lbfgs(objective, start, { toleranceLoss, patience }) is 'loss' after as many steps of little change", async () => {
    const result = await run({ toleranceLoss: 1e-2, patience: 2, maxIterations: 200 });
    expect(result).toMatchObject({ status: 'loss', converged: true });
    const [a, b, c] = result.lossHistory.slice(-3) as [number, number, number];
    expect((a - b) / a).toBeLessThanOrEqual(1e-2);
    expect((b - c) / b).toBeLessThanOrEqual(1e-2);
    const more = await run({ toleranceLoss: 1e-2, patience: 6, maxIterations: 200 });
    expect(more.iterations).toBeGreaterThan(result.iterations);
  });

  it("lbfgs(objective, start) is 'line-search' where the gradient does not belong to the loss", async () => {
    const wrong = withGrad<tf.Tensor1D>((x) => ({ value: tf.sum(tf.square(x)), grad: tf.mul(-2, x) }));
    const result = await minimise(wrong, tf.tensor1d([1, 2]));
    expect(result).toMatchObject({ status: 'line-search', converged: false, iterations: 0, loss: 5 });
    expect(Array.from(result.x)).toEqual([1, 2]);
  });

  it("lbfgs(objective, start) is 'no-descent' where the square of the gradient underflows", async () => {
    const tiny = withGrad<tf.Tensor1D>((x) => ({
      value: tf.sum(tf.mul(1e-30, x)),
      grad: tf.mul(1e-30, tf.onesLike(x)),
    }));
    expect(await minimise(tiny, tf.tensor1d([1]), { toleranceGrad: 0 })).toMatchObject({
      status: 'no-descent',
      iterations: 0,
    });
  });

  it("lbfgs(objective, start) is 'non-finite' where the objective is not finite at the start", async () => {
    for (const bad of [NaN, Infinity]) {
      const objective = withGrad<tf.Tensor1D>((x) => ({ value: tf.scalar(bad), grad: tf.clone(x) }));
      const result = await minimise(objective, tf.tensor1d([1, 2]));
      expect(result).toMatchObject({ status: 'non-finite', loss: Infinity, evaluations: 1, lossHistory: [] });
      expect(Array.from(result.x)).toEqual([1, 2]);
    }
    const badGradient = withGrad<tf.Tensor1D>((x) => ({ value: tf.sum(x), grad: tf.mul(NaN, x) }));
    expect((await minimise(badGradient, tf.tensor1d([1]))).status).toBe('non-finite');
  });

  it('lbfgs(objective, start) recovers where steps that are too long make the objective NaN', async () => {
    for (const lineSearch of ['strong-wolfe', 'none'] as const) {
      let infinite = 0;
      // -log(1 - x^2): NaN beyond 1; the first step of 5 lands far outside.
      const barrier = withGrad<tf.Tensor1D>((x) => {
        const room = tf.sub(1, tf.square(x));
        const value = tf.neg<tf.Scalar>(tf.sum(tf.log(room)));
        return { value, grad: tf.div(tf.mul(2, x), room) };
      });
      const watched = withGrad<tf.Tensor1D>((x) => {
        infinite += 1;
        return barrier.valueAndGrad(x);
      });
      const result = await minimise(watched, tf.tensor1d([0.9, -0.5, 0.3]), {
        lineSearch,
        initialStep: { maxChange: 5 },
        toleranceGrad: 1e-2,
      });
      expect(result.status).toBe('grad');
      expect(result.lossHistory.every(Number.isFinite)).toBe(true);
      expect(Math.max(...result.x.map(Math.abs))).toBeLessThan(1e-2);
      expect(infinite).toBe(result.evaluations);
      expect(result.evaluations).toBeGreaterThan(result.iterations + 1);
    }
  });

  it("lbfgs(objective, start) is 'non-finite' where every step tried is NaN, with the start as x", async () => {
    const start = [1, 2];
    const island = withGrad<tf.Tensor1D>((x) => {
      const moved = tf.sum(tf.abs(tf.sub(x, tf.tensor1d(start))));
      return { value: tf.add(tf.div(moved, tf.sub(1, tf.sign(moved))), 3), grad: tf.onesLike(x) };
    });
    const result = await minimise(island, tf.tensor1d(start));
    expect(result.status).toBe('non-finite');
    expect(result.loss).toBe(3);
    expect(Array.from(result.x)).toEqual(start);
  });

  it('lbfgs(objective, start) counts the pairs without positive curvature and stays finite on a saddle', async () => {
    // x^2 - y^2 + y^4 / 4: negative curvature around 0, minima at y = +-sqrt(2).
    const saddle = withGrad<tf.Tensor1D>((v) => {
      const signs = tf.tensor1d([1, -1]);
      const quartic = tf.tensor1d([0, 0.25]);
      const value = tf.sum<tf.Scalar>(tf.add(tf.mul(signs, tf.square(v)), tf.mul(quartic, tf.square(tf.square(v)))));
      const cubic = tf.mul(tf.mul(4, quartic), tf.mul(v, tf.square(v)));
      return { value, grad: tf.add(tf.mul(2, tf.mul(signs, v)), cubic) };
    });
    const result = await minimise(saddle, tf.tensor1d([0.001, 0.01]), {
      lineSearch: 'none',
      initialStep: { maxChange: 0.03 },
    });
    expect(result.skippedPairs).toBeGreaterThan(0);
    expect(result.status).toBe('grad');
    expect(relativeL2(result.x.map(Math.abs), [0, Math.SQRT2])).toBeLessThan(1e-4);
  });
});
