import * as tf from '@tensorflow/tfjs-core';
import { lbfgs, lbfgsSteps, type LbfgsOptions, type LbfgsSnapshot, type LbfgsStep } from 'pastiche/optim';
import { describe, expect, inject, it } from 'vitest';
import { expectTensorGrowth, relativeL2 } from '../_setup/compare';
import { rosenbrock, rosenbrockStart, shortHistory } from './objectives';

type Options = LbfgsOptions<tf.Tensor1D>;

/** The snapshot after `at` steps from Rosenbrock's start. */
async function snapshotAt(at: number, n: number, options: Options): Promise<LbfgsSnapshot> {
  const start = rosenbrockStart(n);
  const steps = lbfgsSteps(rosenbrock, start, options);
  for (;;) {
    const { value } = (await steps.next()) as { value: LbfgsStep<tf.Tensor1D> };
    if (value.iteration < at) continue;
    const snapshot = await value.snapshot();
    await steps.return(undefined as never);
    start.dispose();
    return snapshot;
  }
}

const cases: [string, number, Options][] = [
  ['history full', 10, { historySize: 5, ...shortHistory }],
  ['history not full', 10, { historySize: 30 }],
  ['padded', 4999, { historySize: 3 }],
  ['penalty', 10, { bounds: { min: -1, max: 0.5 } }],
  ['clip', 10, { ...shortHistory, bounds: { min: -1, max: 0.5, mode: 'clip' } }],
  ['no line search', 10, { lineSearch: 'none' }],
  ['tolerances', 10, { toleranceLoss: 1e-3, patience: 4, initialStep: 'torch' }],
];

// What a snapshot holds does not depend on the backend, and a GPU in software takes its time: there, each kind of state once.
const kinds = ['history full', 'padded', 'clip'];
const tried = inject('software') ? cases.filter(([name]) => kinds.includes(name)) : cases;

describe('snapshot', () => {
  it.each(tried)('lbfgs(objective, snapshot) goes on as if it had not stopped: %s', async (_, n, options) => {
    // Bit by bit on cpu and, in practice, wherever a backend adds in one order. A GPU's rounding (5e-7 of the slope) differs with where
    // a vector lies in its segment. Interpolation magnifies that to 1e-3 of x within a step, and without a line search step 15 leaps
    // to a loss of 1e8 and step 16 back: so there the first step after the snapshot must tell.
    const exact = tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm';
    const maxIterations = exact ? 24 : 15;
    const start = rosenbrockStart(n);
    const whole = await lbfgs(rosenbrock, start, { ...options, maxIterations });
    const snapshot = structuredClone(await snapshotAt(14, n, options));
    const resumed = await expectTensorGrowth(1, () => lbfgs(rosenbrock, snapshot, { ...options, maxIterations }));
    const [a, b] = [await whole.x.data(), await resumed.x.data()];
    if (exact) expect({ ...resumed, x: b }).toEqual({ ...whole, x: a });
    else expect(relativeL2(b, a)).toBeLessThan(1e-2);
    expect(resumed.iterations).toBe(maxIterations);
    tf.dispose([start, whole.x, resumed.x]);
  });

  it('lbfgs(objective, snapshot) goes on from segments as it would have', async () => {
    const options: Options = { storage: 'segments', historySize: 4, segmentBytes: 3 * 8 * 10 };
    const start = rosenbrockStart(10);
    const whole = await lbfgs(rosenbrock, start, { ...options, maxIterations: 16 });
    const resumed = await lbfgs(rosenbrock, await snapshotAt(13, 10, options), { ...options, maxIterations: 16 });
    expect(resumed.evaluations).toBe(whole.evaluations);
    expect(resumed.loss / whole.loss).toBeCloseTo(1, 3);
    tf.dispose([start, whole.x, resumed.x]);
  });

  it('lbfgs(objective, snapshot, { historySize }) drops the oldest pairs where there is less room', async () => {
    const snapshot = await snapshotAt(14, 10, { historySize: 10 });
    expect(snapshot.pairs).toHaveLength(10);
    const steps = lbfgsSteps(rosenbrock, snapshot, { historySize: 2 });
    const { value } = (await steps.next()) as { value: LbfgsStep };
    expect(value).toMatchObject({ iteration: 15, pairs: 2 });
    await steps.return(undefined as never);
  });

  it('snapshot() leaves no tensors behind, is plain data, and shares no memory with the run', async () => {
    const start = rosenbrockStart(10);
    const steps = lbfgsSteps(rosenbrock, start);
    await steps.next();
    const { value } = (await steps.next()) as { value: LbfgsStep };
    const snapshot = await expectTensorGrowth(0, () => value.snapshot());
    const copy = structuredClone(snapshot);
    await steps.next();
    expect(snapshot).toEqual(copy);
    snapshot.x.fill(0);
    expect((await steps.next()).value).toMatchObject({ iteration: 4 });
    expect(copy).toMatchObject({ version: 1, shape: [10], progress: { iterations: 2 } });
    await steps.return(undefined as never);
    start.dispose();
  });

  it('snapshot() of a step that is over rejects', async () => {
    const start = rosenbrockStart(4);
    const steps = lbfgsSteps(rosenbrock, start);
    const { value } = (await steps.next()) as { value: LbfgsStep };
    await steps.next();
    await expect(value.snapshot()).rejects.toThrow('snapshot() must be called before the next step');
    await steps.return(undefined as never);
    start.dispose();
  });

  it('lbfgs(objective, snapshot) rejects a snapshot of another version or with missing numbers', async () => {
    const snapshot = await snapshotAt(2, 4, {});
    const other = { ...snapshot, version: 2 } as unknown as LbfgsSnapshot;
    await expect(lbfgs(rosenbrock, other)).rejects.toThrow('lbfgs: the snapshot must be of version 1; got 2');
    const short = { ...snapshot, x: snapshot.x.subarray(1) };
    await expect(lbfgs(rosenbrock, short)).rejects.toThrow('must be a Float32Array of 4 numbers');
  });
});
