import * as tf from '@tensorflow/tfjs-core';
import { lbfgs, lbfgsSteps, type LbfgsBounds } from 'pastiche/optim';
import { describe, expect, it } from 'vitest';
import { relativeL2 } from '../_setup/compare';
import { quadratic, shortHistory, withGrad } from './objectives';

/** Minimum of `1/2 |x - (2, 0.5, -3)|^2`: in the box it is (1, 0.5, 0). */
const target = [2, 0.5, -3];
const nearest = withGrad<tf.Tensor1D>((x) => {
  const difference = tf.sub<tf.Tensor1D>(x, tf.tensor1d(target));
  return { value: tf.mul<tf.Scalar>(0.5, tf.sum(tf.square(difference))), grad: difference };
});

async function inBox(
  bounds: LbfgsBounds,
  start = [0.3, 0.3, 0.3],
): Promise<{ x: ArrayLike<number>; loss: number; gradInf: number }> {
  const from = tf.tensor1d(start);
  const options = { ...shortHistory, bounds, maxIterations: 30, toleranceGrad: 1e-4 };
  const { x, loss, gradInf } = await lbfgs(nearest, from, options);
  const values = await x.data();
  tf.dispose([from, x]);
  return { x: values, loss, gradInf };
}

describe('bounds', () => {
  it("lbfgs(objective, start, { bounds }) finds the minimum in the box, mode 'penalty' and 'clip'", async () => {
    for (const mode of ['penalty', 'clip'] as const) {
      const { x } = await inBox({ min: 0, max: 1, mode });
      expect(relativeL2(x, [1, 0.5, 0])).toBeLessThan(1e-3);
    }
  });

  it('lbfgs(objective, start, { bounds: { weight } }) minimises f + weight / 2 |x - clip(x)|^2 and reports f alone', async () => {
    const weight = 9;
    // Per value (x - t) + 9 (x - 1) = 0 beyond 1, so x = (t + 9) / 10; below 0, x = t / 10.
    const expected = [1.1, 0.5, -0.3];
    const { x, loss, gradInf } = await inBox({ min: 0, max: 1, weight });
    const f = 0.5 * expected.reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0);
    expect(loss).toBeCloseTo(f, 3);
    expect(gradInf).toBeLessThan(1e-4);
    expect(Array.from(x)).toEqual([1, expect.closeTo(0.5, 3), 0]);
  });

  it('lbfgs(objective, start, { bounds }) clips a start outside, and the x of every step', async () => {
    const start = tf.tensor1d([5, -5, 0.2]);
    const seen: number[][] = [];
    const objective = withGrad<tf.Tensor1D>((x) => nearest.valueAndGrad(x));
    for await (const { x } of lbfgsSteps(objective, start, { bounds: { min: 0, max: 1 }, maxIterations: 30 })) {
      seen.push(Array.from(await x.data()));
      if (seen.length === 8) break;
    }
    expect(seen.length).toBeGreaterThan(0);
    for (const values of seen) for (const value of values) expect(Math.abs(value - 0.5)).toBeLessThanOrEqual(0.5);
    expect(Array.from(await start.data())).toEqual([5, -5, expect.closeTo(0.2)]);
    start.dispose();
  });

  it("lbfgs(objective, start, { bounds: { mode: 'clip' } }) never shows the objective a value out of range", async () => {
    const extremes: tf.Scalar[] = [];
    const watched = withGrad<tf.Tensor1D>((x) => {
      extremes.push(tf.keep(tf.max<tf.Scalar>(tf.abs(tf.sub(x, 0.5)))));
      return nearest.valueAndGrad(x);
    });
    const start = tf.tensor1d([0.9, 0.1, 0.1]);
    const { x } = await lbfgs(watched, start, { bounds: { min: 0, max: 1, mode: 'clip' }, maxIterations: 20 });
    for (const extreme of extremes) expect((await extreme.data())[0]).toBeLessThanOrEqual(0.5);
    tf.dispose([x, start, ...extremes]);
  });

  it('lbfgs(objective, start, { bounds }) leaves a minimum inside alone', async () => {
    const start = tf.tensor1d([0.5, 0.9, 0.1]);
    const { x, status } = await lbfgs(quadratic(3, 4, 1), start, { bounds: { min: -2, max: 2 }, toleranceGrad: 1e-3 });
    expect(status).toBe('grad');
    expect(relativeL2(await x.data(), [1, 0.5, 0.25])).toBeLessThan(1e-2);
    tf.dispose([x, start]);
  });

  it('lbfgs(objective, start, { bounds }) ignores the padding where 0 is out of bounds', async () => {
    const n = 4999;
    const start = tf.fill<tf.Rank.R1>([n], 2.5);
    const objective = withGrad<tf.Tensor1D>((x) => ({ value: tf.sum(x), grad: tf.onesLike(x) }));
    const options = { ...shortHistory, bounds: { min: 2, max: 3, weight: 10 }, maxIterations: 20 };
    const { x, loss } = await lbfgs(objective, start, options);
    // 1 + 10 (x - 2) = 0 for each value.
    expect(loss / (n * 1.9)).toBeCloseTo(1, 3);
    expect((await x.data()).every((value) => value === 2)).toBe(true);
    tf.dispose([x, start]);
  });
});
