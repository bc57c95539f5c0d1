import * as tf from '@tensorflow/tfjs-core';
import type { Differentiable } from 'pastiche';
import { lbfgs, lbfgsSteps, type LbfgsOptions, type LbfgsResult, type LbfgsStep } from 'pastiche/optim';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { expectTensorGrowth } from '../_setup/compare';
import { beale, quadratic, rosenbrock, rosenbrockStart, shortHistory, withGrad } from './objectives';

const backends: [string, LbfgsOptions<tf.Tensor1D>][] = [
  ['list', { ...shortHistory, storage: 'list' }],
  ['segments', { storage: 'segments', historySize: 4, segmentBytes: 3 * 8 * 10 }],
  ['penalty', { ...shortHistory, bounds: { min: -1, max: 0.5 } }],
  ['clip', { ...shortHistory, bounds: { min: -1, max: 0.5, mode: 'clip' } }],
  ['no line search', { ...shortHistory, lineSearch: 'none' }],
];

/** Rosenbrock that throws, or returns NaN, at one evaluation. */
function failing(at: number, how: 'throw' | 'nan'): Differentiable<tf.Tensor1D> {
  let calls = 0;
  return withGrad<tf.Tensor1D>((x) => {
    calls += 1;
    if (calls === at && how === 'throw') throw new Error(`evaluation ${String(at)}`);
    const result = rosenbrock.valueAndGrad(x);
    return calls === at ? { value: tf.mul(NaN, result.value), grad: tf.mul(NaN, result.grad) } : result;
  });
}

function thrower(x: tf.Tensor): tf.Scalar {
  throw new Error(`mine, of ${String(x.size)} numbers`);
}

describe('the tensors of lbfgs', () => {
  it.each(backends)('lbfgs(objective, start) leaves exactly its result behind: %s', async (_, options) => {
    const start = rosenbrockStart(10);
    for (const maxIterations of [0, 1, 2, 15]) {
      const { x } = await expectTensorGrowth(1, () => lbfgs(rosenbrock, start, { maxIterations, ...options }));
      expect(x.isDisposed).toBe(false);
      x.dispose();
    }
    expect(start.isDisposed).toBe(false);
    start.dispose();
  });

  it('lbfgs(objective, start) leaves exactly its result behind where the gradient comes from the tape, and where it is padded', async () => {
    const start = tf.tensor1d([1, 1]);
    const { x } = await expectTensorGrowth(1, () => lbfgs(beale, start, { maxIterations: 5 }));
    tf.dispose([x, start]);
    const prime = tf.zeros<tf.Rank.R1>([10_007]);
    const objective: Differentiable<tf.Tensor1D> = (v) => tf.sum(tf.square(tf.sub(v, 1)));
    const padded = await expectTensorGrowth(1, () => lbfgs(objective, prime, { maxIterations: 5 }));
    expect(padded.x.shape).toEqual([10_007]);
    tf.dispose([padded.x, prime]);
  });

  it.each(backends)(
    'lbfgs(objective, start) frees all when the objective throws at evaluation 1, 2, 9: %s',
    async (_, options) => {
      const start = rosenbrockStart(10);
      for (const at of [1, 2, 9]) {
        await expectTensorGrowth(0, () =>
          expect(lbfgs(failing(at, 'throw'), start, options)).rejects.toThrow(`evaluation ${String(at)}`),
        );
      }
      start.dispose();
    },
  );

  it.each(backends)(
    'lbfgs(objective, start) goes on after a NaN and leaves exactly its result behind: %s',
    async (_, options) => {
      const start = rosenbrockStart(10);
      for (const at of [2, 3, 9]) {
        const run = (): Promise<LbfgsResult<tf.Tensor1D>> =>
          lbfgs(failing(at, 'nan'), start, { ...options, maxIterations: 15 });
        const { x, lossHistory, iterations } = await expectTensorGrowth(1, run);
        expect(iterations).toBe(15);
        expect(lossHistory.every(Number.isFinite)).toBe(true);
        x.dispose();
      }
      start.dispose();
    },
  );

  it('lbfgs(objective, start) leaves exactly its result behind for each way to fail', async () => {
    const start = tf.tensor1d([1, 2]);
    const uphill = withGrad<tf.Tensor1D>((x) => ({ value: tf.sum(tf.square(x)), grad: tf.mul(-2, x) }));
    for (const [objective, status] of [
      [failing(1, 'nan'), 'non-finite'],
      [uphill, 'line-search'],
    ] as const) {
      const result = await expectTensorGrowth(1, () => lbfgs(objective, start));
      expect(result.status).toBe(status);
      result.x.dispose();
    }
    start.dispose();
  });

  it('lbfgs(objective, start, { onStep }) rejects with what onStep throws and frees all', async () => {
    const start = rosenbrockStart(10);
    for (const at of [1, 5]) {
      const onStep = async ({ iteration }: LbfgsStep): Promise<void> => {
        await Promise.resolve();
        if (iteration === at) throw new Error('enough');
      };
      await expectTensorGrowth(0, () => expect(lbfgs(rosenbrock, start, { onStep })).rejects.toThrow('enough'));
    }
    start.dispose();
  });

  it('lbfgsSteps(objective, start) frees all when the loop is left early', async () => {
    const start = rosenbrockStart(10);
    for (const [, options] of backends) {
      await expectTensorGrowth(0, async () => {
        for await (const { iteration } of lbfgsSteps(rosenbrock, start, options)) if (iteration === 6) break;
      });
    }
    start.dispose();
  });

  it.each(backends)(
    'lbfgsSteps(objective, start) leaves nothing behind a for await loop to the end: %s',
    async (_, options) => {
      const start = rosenbrockStart(10);
      await expectTensorGrowth(0, async () => {
        let last = 0;
        for await (const { iteration } of lbfgsSteps(rosenbrock, start, { ...options, maxIterations: 5 }))
          last = iteration;
        expect(last).toBe(5);
      });
      start.dispose();
    },
  );

  it.each(backends)('lbfgsSteps(objective, start) hands over its result where it is read: %s', async (_, options) => {
    const start = rosenbrockStart(10);
    const limited = { ...options, maxIterations: 5 };
    const whole = await lbfgs(rosenbrock, start, limited);
    const byHand = async (): Promise<LbfgsResult<tf.Tensor1D>> => {
      const steps = lbfgsSteps(rosenbrock, start, limited);
      let next = await steps.next();
      while (next.done !== true) next = await steps.next();
      expect(next.value).toBe(next.value);
      return next.value;
    };
    const delegated = async (): Promise<LbfgsResult<tf.Tensor1D>> => {
      async function* outer(): AsyncGenerator<LbfgsStep, LbfgsResult<tf.Tensor1D>, undefined> {
        return yield* lbfgsSteps(rosenbrock, start, limited);
      }
      const steps = outer();
      let next = await steps.next();
      while (next.done !== true) next = await steps.next();
      return next.value;
    };
    for (const way of [byHand, delegated]) {
      const { x, ...rest } = await expectTensorGrowth(1, way);
      expect({ ...rest, x: [...(await x.data())] }).toEqual({ ...whole, x: [...(await whole.x.data())] });
      expect(x.shape).toEqual([10]);
      x.dispose();
    }
    tf.dispose([whole.x, start]);
  });

  it('lbfgsSteps(objective, start) leaves nothing behind a for await loop that ends by an error, an abort or a NaN', async () => {
    const start = rosenbrockStart(10);
    const loop = async (objective: Differentiable<tf.Tensor1D>, signal?: AbortSignal): Promise<number> => {
      let steps = 0;
      const options = { maxIterations: 20, ...(signal === undefined ? {} : { signal }) };
      for await (const { x } of lbfgsSteps(objective, start, options)) steps += x.isDisposed ? 0 : 1;
      return steps;
    };
    await expectTensorGrowth(0, () => expect(loop(failing(9, 'throw'))).rejects.toThrow('evaluation 9'));
    expect(await expectTensorGrowth(0, () => loop(failing(1, 'nan')))).toBe(0);
    expect(await expectTensorGrowth(0, () => loop(rosenbrock, AbortSignal.abort()))).toBe(0);
    const controller = new AbortController();
    const aborting = withGrad<tf.Tensor1D>((x) => {
      if (calls++ === 6) controller.abort();
      return rosenbrock.valueAndGrad(x);
    });
    let calls = 0;
    expect(await expectTensorGrowth(0, () => loop(aborting, controller.signal))).toBeGreaterThan(0);
    start.dispose();
  });

  it('lbfgsSteps(objective, start) makes no tensor before the first step is asked for', async () => {
    const start = rosenbrockStart(10);
    await expectTensorGrowth(0, async () => {
      await lbfgsSteps(rosenbrock, start).return(undefined as never);
      lbfgsSteps(rosenbrock, start);
    });
    start.dispose();
  });

  it('lbfgs(objective, start) survives the tidy that it is called in, and frees all the same', async () => {
    const outside = tf.tensor1d([1]);
    const before = tf.memory().numTensors;
    const run = tf.tidy(() => {
      const pending = { promise: lbfgs(rosenbrock, rosenbrockStart(10), { maxIterations: 15 }) };
      return pending as unknown as tf.TensorContainerObject;
    }) as unknown as { promise: Promise<LbfgsResult> };
    const { x, iterations } = await run.promise;
    expect(iterations).toBe(15);
    expect(x.isDisposed || outside.isDisposed).toBe(false);
    expect(tf.memory().numTensors - before).toBe(1);
    tf.dispose([x, outside]);
  });

  it('lbfgsSteps(objective, start) lends x until the next step', async () => {
    const start = rosenbrockStart(10);
    const steps = lbfgsSteps(rosenbrock, start);
    const first = (await steps.next()).value as LbfgsStep<tf.Tensor1D>;
    expect(first.x.isDisposed).toBe(false);
    const loss = tf.tidy(() => rosenbrock(first.x));
    expect((await loss.data())[0]! / first.loss).toBeCloseTo(1, 5);
    await steps.next();
    expect(first.x.isDisposed).toBe(true);
    await steps.return(undefined as never);
    tf.dispose([start, loss]);
  });

  it('lbfgs(objective, start) survives an objective that disposes x, or returns it as the gradient', async () => {
    const start = tf.tensor1d([3, 4]);
    const identity = Object.assign((x: tf.Tensor1D) => tf.tidy(() => tf.mul<tf.Scalar>(0.5, tf.sum(tf.square(x)))), {
      valueAndGrad: (x: tf.Tensor1D) => ({ value: identity(x), grad: x }),
    }) as Differentiable<tf.Tensor1D>;
    const careless = Object.assign(rosenbrock.bind(null), {
      valueAndGrad: (x: tf.Tensor1D) => {
        const result = rosenbrock.valueAndGrad(x);
        x.dispose();
        return result;
      },
    }) as Differentiable<tf.Tensor1D>;
    for (const objective of [identity, careless]) {
      const { x, iterations } = await expectTensorGrowth(1, () => lbfgs(objective, start, { maxIterations: 3 }));
      expect(iterations).toBeGreaterThan(0);
      x.dispose();
    }
    expect(start.isDisposed).toBe(false);
    start.dispose();
  });
});

describe('the signal of lbfgs', () => {
  it("lbfgs(objective, start, { signal }) resolves with 'aborted' and the best point, within one evaluation", async () => {
    const start = rosenbrockStart(10);
    for (const at of inject('software') ? [1, 2, 5] : [1, 2, 3, 10]) {
      const controller = new AbortController();
      let calls = 0;
      const objective = withGrad<tf.Tensor1D>((x) => {
        calls += 1;
        if (calls === at) controller.abort();
        return rosenbrock.valueAndGrad(x);
      });
      const result = await expectTensorGrowth(1, () =>
        lbfgs(objective, start, { ...shortHistory, signal: controller.signal }),
      );
      expect(result).toMatchObject({ status: 'aborted', converged: false, evaluations: at });
      expect(calls).toBe(at);
      expect(result.loss).toBe(Math.min(...result.lossHistory));
      const there = tf.tidy(() => rosenbrock(result.x));
      expect((await there.data())[0]! / result.loss).toBeCloseTo(1, 5);
      tf.dispose([result.x, there]);
    }
    start.dispose();
  });

  it('lbfgs(objective, start, { signal }) evaluates nothing if the signal was given before', async () => {
    const start = rosenbrockStart(4);
    const signal = AbortSignal.abort();
    const result = await expectTensorGrowth(1, () => lbfgs(failing(1, 'throw'), start, { signal }));
    expect(result).toMatchObject({ status: 'aborted', evaluations: 0, iterations: 0, loss: Infinity, lossHistory: [] });
    expect(await result.x.data()).toEqual(await start.data());
    tf.dispose([result.x, start]);
  });

  it('lbfgs(objective, start, { signal, onStep }) stops after the step whose callback aborts', async () => {
    const start = rosenbrockStart(4);
    const controller = new AbortController();
    const onStep = ({ iteration }: LbfgsStep): void => {
      if (iteration === 3) controller.abort();
    };
    const { x, ...result } = await lbfgs(rosenbrock, start, { signal: controller.signal, onStep });
    expect(result).toMatchObject({ status: 'aborted', iterations: 3 });
    tf.dispose([x, start]);
  });
});

describe('the readbacks of lbfgs', () => {
  // Time stands still: on a GPU the best point is copied to the host every two seconds, which is no readback of an evaluation.
  beforeEach(() => vi.spyOn(performance, 'now').mockReturnValue(0));
  afterEach(() => vi.restoreAllMocks());

  it.each(backends)('lbfgs(objective, start) reads back once an evaluation: %s', async (_, options) => {
    const start = rosenbrockStart(10);
    const data = vi.spyOn(tf.Tensor.prototype, 'data');
    const others = [vi.spyOn(tf.Tensor.prototype, 'dataSync'), vi.spyOn(tf.Tensor.prototype, 'array')];
    const { x, evaluations, iterations } = await lbfgs(rosenbrock, start, { maxIterations: 25, ...options });
    expect(iterations).toBe(25);
    expect(data).toHaveBeenCalledTimes(evaluations);
    for (const other of others) expect(other).not.toHaveBeenCalled();
    tf.dispose([x, start]);
  });

  it('lbfgs(objective, start) reports the parts of an objective by name, in steps and result, with the same readback', async () => {
    const start = tf.tensor1d([1, 2, 3]);
    const objective = Object.assign(
      withGrad<tf.Tensor1D>((x) => {
        const parts = tf.stack([tf.sum(tf.square(x)), tf.mul(2, tf.sum(x))]) as tf.Tensor1D;
        return { value: tf.sum(parts), grad: tf.add(tf.mul(2, x), 2), parts };
      }),
      { partNames: ['squares', 'linear'] },
    );
    const data = vi.spyOn(tf.Tensor.prototype, 'data');
    const seen: LbfgsStep[] = [];
    const onStep = (step: LbfgsStep): void => void seen.push(step);
    const result = await expectTensorGrowth(1, () => lbfgs(objective, start, { maxIterations: 4, onStep }));
    expect(data).toHaveBeenCalledTimes(result.evaluations);
    for (const { parts, loss } of [...seen, result]) {
      expect(Object.keys(parts!)).toEqual(['squares', 'linear']);
      expect(parts!['squares']! + parts!['linear']!).toBeCloseTo(loss, 4);
    }
    tf.dispose([result.x, start]);
  });
});

describe('misuse of lbfgs', () => {
  const rejects = async (options: unknown, message: string | RegExp): Promise<void> => {
    const start = tf.tensor1d([1, 2]);
    const never = vi.fn(() => tf.scalar(0));
    await expectTensorGrowth(0, () => expect(lbfgs(never, start, options as LbfgsOptions)).rejects.toThrow(message));
    expect(never).not.toHaveBeenCalled();
    start.dispose();
  };

  it.each([
    [{ historySize: 0 }, 'lbfgs: historySize must be a whole number of at least 1; got 0'],
    [{ historySize: 2.5 }, 'historySize must be a whole number'],
    [{ learningRate: 0 }, 'learningRate must be a number'],
    [{ maxIterations: -1 }, 'maxIterations must be a whole number'],
    [{ maxEvaluations: 0 }, 'maxEvaluations must be a whole number'],
    [{ toleranceGrad: NaN }, 'toleranceGrad must be a number'],
    [{ toleranceChange: -1 }, 'toleranceChange must be a number'],
    [{ toleranceLoss: '1' }, "toleranceLoss must be a number of at least 0; got '1'"],
    [{ patience: 0 }, 'patience must be a whole number'],
    [{ c1: 0.95 }, 'c1 and c2 must satisfy 0 < c1 < c2 < 1; got 0.95 and 0.9'],
    [{ c2: 1 }, 'c1 and c2 must satisfy'],
    [{ maxLineSearch: 0 }, 'maxLineSearch must be a whole number'],
    [{ curvatureEpsilon: 2 }, 'curvatureEpsilon must be a number in 0..1'],
    [{ segmentBytes: 0 }, 'segmentBytes must be a number'],
    [{ lineSearch: 'wolfe' }, "lineSearch must be one of 'strong-wolfe', 'none'; got 'wolfe'"],
    [{ storage: 'ring' }, "storage must be one of 'auto', 'list', 'segments'; got 'ring'"],
    [{ initialStep: 'scipy' }, "initialStep must be 'torch' or { maxChange }"],
    [{ initialStep: { maxChange: 0 } }, 'initialStep must be'],
    [{ bounds: { min: 1, max: 0 } }, 'bounds.min must be less than bounds.max; got 1 and 0'],
    [{ bounds: { min: 0 } }, 'bounds.max must be a number; got undefined'],
    [{ bounds: { min: 0, max: 1, mode: 'none' } }, "bounds.mode must be one of 'penalty', 'clip'; got 'none'"],
    [{ bounds: { min: 0, max: 1, mode: 'clip', weight: 1 } }, "bounds.weight belongs to mode 'penalty'"],
    [{ bounds: { min: 0, max: 1, weight: 0 } }, 'bounds.weight must be a number'],
    [{ signal: {} }, 'signal must be an AbortSignal'],
    [{ onStep: 1 }, 'onStep must be a function; got 1'],
    [{ lr: 1 }, "there is no option 'lr'; the options are historySize, learningRate"],
  ])('lbfgs(objective, start, %j) rejects before any work', rejects);

  it('lbfgs(objective, start) rejects a start or an objective of the wrong kind', async () => {
    const gone = tf.tensor1d([1]);
    gone.dispose();
    const whole = tf.tensor1d([1], 'int32');
    const objective = quadratic(1, 1) as unknown as Differentiable<tf.Tensor>;
    await expect(lbfgs(objective, gone)).rejects.toThrow(
      'lbfgs: start must be a float32 tensor of any shape, or a snapshot; got a float32 tensor of shape [1], already disposed',
    );
    await expect(lbfgs(objective, whole)).rejects.toThrow('a int32 tensor of shape [1]');
    await expect(lbfgs(objective, [1] as unknown as tf.Tensor)).rejects.toThrow('got [1]');
    await expect(lbfgs(5 as unknown as typeof objective, whole)).rejects.toThrow(
      'lbfgs: objective must be a function of a tensor; got 5',
    );
    whole.dispose();
  });

  it('lbfgsSteps(objective, start, options) throws at once, and knows no onStep', () => {
    const start = tf.tensor1d([1]);
    expect(() => lbfgsSteps(rosenbrock, start, { historySize: 0 })).toThrow('historySize');
    const options = { onStep: () => undefined } as LbfgsOptions;
    expect(() => lbfgsSteps(rosenbrock, start, options)).toThrow("lbfgsSteps: there is no option 'onStep'");
    start.dispose();
  });

  it.each<[string, Differentiable<tf.Tensor1D>, string]>([
    ['throws', (x) => thrower(tf.square(x)), 'mine'],
    ['has no gradient', (x) => tf.sum(tf.cumsum(tf.square(x))), 'the operation Cumsum, for which no gradient'],
    ['returns no scalar', (x) => tf.square(x) as unknown as tf.Scalar, 'must return a scalar'],
  ])(
    'lbfgs(objective, start) frees what the tape has kept of a plain function that %s',
    async (_, objective, message) => {
      const start = tf.tensor1d([1, 2]);
      await expectTensorGrowth(0, () => expect(lbfgs(objective, start)).rejects.toThrow(message));
      start.dispose();
    },
  );

  it('lbfgs(objective, start) rejects an objective whose value or gradient has the wrong shape', async () => {
    const start = tf.tensor1d([1, 2]);
    const vector = withGrad<tf.Tensor1D>((x) => ({ value: tf.square(x) as unknown as tf.Scalar, grad: tf.clone(x) }));
    const short = withGrad<tf.Tensor1D>((x) => ({ value: tf.sum(x), grad: tf.tensor1d([1]) }));
    await expectTensorGrowth(0, async () => {
      await expect(lbfgs(vector, start)).rejects.toThrow(
        'lbfgs: objective must return a scalar; got a float32 tensor of shape [2]',
      );
      await expect(lbfgs(short, start)).rejects.toThrow(
        "lbfgs: the objective's gradient [1] and x [2] must have equal shapes",
      );
    });
    start.dispose();
  });
});
