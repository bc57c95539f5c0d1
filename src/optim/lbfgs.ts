import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { DeviceError, StyleError } from '../errors.js';
import { assert, assertTensor, show } from '../internal/assert.js';
import { breathe } from '../internal/breathe.js';
import { activeDevice, isLossOf, lossError } from '../internal/device.js';
import { assertFloat32 } from '../internal/precision.js';
import { ownedTensors, type OwnedTensors } from '../internal/ownedTensors.js';
import type { Differentiable } from '../types.js';
import { newestPairs, noPairs } from './direction.js';
import { evaluate, type PointNumbers } from './evaluate.js';
import { hostCopy, type HostCopy } from './hostCopy.js';
import { rowLayout } from './layout.js';
import { listHistory } from './list.js';
import { usualPenaltyWeight, withinBounds } from './objective.js';
import { resolveOptions, type Settings } from './options.js';
import { pairsPerSegment, segmentHistory } from './segments.js';
import { isSnapshot, loadSnapshot, takeSnapshot, type LbfgsSnapshot, type Progress } from './snapshot.js';
import { explain, type LbfgsStatus } from './status.js';
import { isAborted, takeStep, type Run } from './step.js';
import type { LbfgsOptions, LbfgsResult, LbfgsStep } from './types.js';

const where = 'lbfgs';

const unknownPoint: PointNumbers = {
  loss: Infinity,
  total: Infinity,
  gradInf: Infinity,
  gradAbsSum: Infinity,
  gradSquared: Infinity,
  parts: [],
};

const freshProgress: Progress = {
  iterations: 0,
  evaluations: 0,
  resets: 0,
  skippedPairs: 0,
  stalled: 0,
  lastMove: Infinity,
  penaltyWeight: 0,
  lossHistory: [],
  point: unknownPoint,
  best: unknownPoint,
  products: noPairs,
};

/** The run at its start or at a snapshot; nothing is evaluated yet. Copies the start. */
function openRun<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  settings: Settings,
  owned: OwnedTensors,
): Run<T> {
  const shape = [...start.shape];
  const layout = rowLayout(shape);
  const perSegment = pairsPerSegment(layout.rows * layout.columns, settings.segmentBytes, settings.historySize);
  const history =
    settings.storage === 'list'
      ? listHistory(settings.historySize, owned)
      : segmentHistory(settings.historySize, perSegment, owned);
  if (!isSnapshot(where, start)) {
    const x = owned.own(tf.tidy(() => layout.toRows(withinBounds(start, settings.bounds))));
    const vectors = { x, gradient: x, best: x };
    return { objective, settings, layout, owned, history, vectors, progress: freshProgress };
  }
  const { vectors, pairs } = loadSnapshot(start, layout);
  Object.values(vectors).forEach((vector: Tensor) => owned.own(vector));
  pairs.forEach((pair) => {
    history.push(pair);
  });
  const products = newestPairs(start.progress.products, settings.historySize);
  const progress = { ...structuredClone(start.progress), products };
  return { objective, settings, layout, owned, history, vectors, progress };
}

/** The first evaluation. A status if the run ends with it. */
async function evaluateStart<T extends Tensor>(run: Run<T>): Promise<LbfgsStatus | undefined> {
  const { objective, layout, owned, settings } = run;
  if (isAborted(run)) return 'aborted';
  const copy = owned.own(tf.clone(run.vectors.x));
  const { gradient, numbers } = await evaluate(objective, copy, layout, owned, settings.bounds, 0, () => ({
    sums: {},
    values: {},
  }));
  run.progress = { ...run.progress, evaluations: 1 };
  if (!Number.isFinite(numbers.total) || !Number.isFinite(numbers.gradSquared)) return 'non-finite';
  const { bounds } = settings;
  run.vectors = { ...run.vectors, gradient };
  run.progress = {
    ...run.progress,
    penaltyWeight:
      bounds?.mode === 'penalty' ? (bounds.weight ?? usualPenaltyWeight(numbers.gradSquared, layout.size, bounds)) : 0,
    lossHistory: [numbers.loss],
    point: numbers,
    best: numbers,
  };
  return undefined;
}

/** The tolerance or the limit that ends the run between two steps. */
function stopReason({ settings, progress }: Pick<Run<Tensor>, 'settings' | 'progress'>): LbfgsStatus | undefined {
  if (progress.point.gradInf <= settings.toleranceGrad) return 'grad';
  if (progress.lastMove <= settings.toleranceChange) return 'change';
  if (settings.toleranceLoss > 0 && progress.stalled >= settings.patience) return 'loss';
  if (isAborted({ settings })) return 'aborted';
  if (progress.iterations >= settings.maxIterations) return 'max-iterations';
  if (progress.evaluations >= settings.maxEvaluations) return 'max-evaluations';
  return undefined;
}

function namedParts(
  { partNames }: Pick<Differentiable, 'partNames'>,
  values: readonly number[],
): Pick<LbfgsStep, 'parts'> {
  if (partNames === undefined || values.length === 0) return {};
  return { parts: Object.fromEntries(partNames.map((name, i) => [name, values[i] ?? NaN])) };
}

function resultOf<T extends Tensor>(run: Run<T>, status: LbfgsStatus): LbfgsResult<T> {
  const { layout, owned, settings, progress } = run;
  const x = owned.own(tf.tidy(() => withinBounds(layout.fromRows(run.vectors.best), settings.bounds)));
  return describe(run, status, progress.best, owned.release(x) as T);
}

/** What is left of a run when its GPU is gone: the copy on the host. */
function savedResult<T extends Tensor>(run: Run<T>, shape: number[], copy: HostCopy, cause?: unknown): LbfgsResult<T> {
  const newest = copy.newest();
  if (newest === undefined) throw cause instanceof DeviceError ? cause : lossError(where, cause);
  const { min = -Infinity, max = Infinity } = run.settings.bounds ?? {};
  const values = newest.values.map((value) => Math.min(max, Math.max(min, value)));
  return describe(run, 'device-lost', newest.numbers, tf.keep(tf.tensor(values, shape)) as T);
}

function describe<T extends Tensor>(
  { objective, progress }: Run<T>,
  status: LbfgsStatus,
  best: PointNumbers,
  x: T,
): LbfgsResult<T> {
  return {
    x,
    loss: best.loss,
    gradInf: best.gradInf,
    status,
    ...explain(status),
    iterations: progress.iterations,
    evaluations: progress.evaluations,
    resets: progress.resets,
    skippedPairs: progress.skippedPairs,
    lossHistory: progress.lossHistory,
    ...namedParts(objective, best.parts),
  };
}

async function* steps<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  settings: Settings,
): AsyncGenerator<LbfgsStep<T>, LbfgsResult<T>, undefined> {
  const owned = ownedTensors();
  const device = activeDevice();
  const shape = [...start.shape];
  const copy = hostCopy(tf.util.sizeFromShape(shape));
  let run: Run<T> | undefined;
  try {
    run = openRun(objective, start, settings, owned);
    let status = run.progress.evaluations === 0 ? await evaluateStart(run) : undefined;
    while ((status ??= stopReason(run)) === undefined) {
      await breathe();
      const taken = await takeStep(run);
      if (typeof taken === 'string') {
        status = taken;
        break;
      }
      const { progress, layout, vectors, history } = run;
      if (device !== undefined) await copy.refresh(vectors.best, progress.best);
      const x = owned.own(tf.tidy(() => withinBounds(layout.fromRows(vectors.x), settings.bounds)));
      let current = true;
      const snapshot = async (): Promise<LbfgsSnapshot> => {
        if (!current) throw new StyleError(`${where}: snapshot() must be called before the next step is asked for`);
        return takeSnapshot(x.shape, vectors, history.pairs(), progress);
      };
      try {
        yield {
          iteration: progress.iterations,
          evaluations: progress.evaluations,
          loss: progress.point.loss,
          gradInf: progress.point.gradInf,
          ...taken,
          pairs: progress.products.xDiffGradient.length,
          ...namedParts(objective, progress.point.parts),
          x: x as T,
          snapshot,
        };
      } finally {
        current = false;
        owned.dispose(x);
      }
    }
    return device?.isLost() === true ? savedResult(run, shape, copy) : resultOf(run, status);
  } catch (error) {
    if (run === undefined || !(await isLossOf(device))) throw error;
    return savedResult(run, shape, copy, error);
  } finally {
    owned.disposeAll();
  }
}

/**
 * {@link lbfgs} one step at a time: an asynchronous generator that yields after each accepted step and returns the result.
 *
 * Leaving a loop early frees everything; clone the step's `x` first if you want it. A `for await` loop that runs to the end
 * drops the result, and with it a tensor that nobody frees: to run to the end, call `next()` as in the example, or `lbfgs`.
 *
 * @param objective - See {@link lbfgs}.
 * @param start - See {@link lbfgs}. It must live until the first step is asked for.
 * @param options - See {@link LbfgsOptions}.
 * @returns The generator; its steps lend `x` until the next step, its result is the caller's.
 * @throws {StyleError} At once, for bad arguments; and what the objective throws, after all tensors are freed.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { lbfgsSteps } from 'pastiche/optim';
 *
 * const steps = lbfgsSteps((x: tf.Tensor1D) => tf.sum(tf.square(x)), tf.tensor1d([3, 4]), { maxIterations: 2 });
 * const losses: number[] = [];
 * let next = await steps.next();
 * while (!next.done) {
 *   losses.push(next.value.loss);
 *   next = await steps.next();
 * }
 * console.log(losses.length); // => 2
 * console.log(next.value.status); // => 'max-iterations'
 * next.value.x.dispose();
 * ```
 */
export function lbfgsSteps<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  options: Omit<LbfgsOptions<T>, 'onStep'> = {},
): AsyncGenerator<LbfgsStep<T>, LbfgsResult<T>, undefined> {
  assert(
    typeof objective === 'function',
    () => `${where}: objective must be a function of a tensor; got ${show(objective)}`,
  );
  assert(
    !('onStep' in options),
    () => `${where}Steps: there is no option 'onStep'; the steps are what the generator yields`,
  );
  const settings = resolveOptions(options);
  if (!isSnapshot(where, start)) assertTensor(where, 'start', start, start.rank, 'of any shape, or a snapshot');
  assertFloat32(where, 'the differences of gradients that L-BFGS lives on');
  return steps(objective, start, settings);
}

/**
 * Minimises a scalar function of a tensor with L-BFGS: `x <- x + t d`, `d = -H g`, where H approximates the inverse Hessian from
 * the last `historySize` steps and t satisfies the strong Wolfe conditions.
 *
 * All vectors stay on the device and all scalars of an evaluation come back in one readback; the algebra on the scalars runs in
 * float64 on the host. Between two evaluations it holds `2 historySize + 4` vectors of the size of `x`, one more during a line
 * search, plus what the objective needs. Nothing depends on the scale of the loss, within what float32 can square (about
 * 1e-12 to 1e12).
 *
 * @param objective - The function and, in closed form or by the tape, its gradient. It must be deterministic and must not wait;
 *   what it returns is disposed. Its `parts` are reported by name in steps and result.
 * @param start - Where to start, a float32 tensor of any shape, copied; or a snapshot of an earlier run, to go on from there.
 * @param options - See {@link LbfgsOptions}.
 * @returns The best point, which the caller owns, and why the run ended. Numerical trouble is a status: see {@link LbfgsStatus}.
 * @throws {StyleError} For bad arguments, before any work, and on a WebGL without 32-bit floats. What the objective or `onStep`
 *   throws comes through, after all tensors are freed.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { lbfgs } from 'pastiche/optim';
 *
 * const target = tf.tensor1d([1, 2]);
 * const distance = (x: tf.Tensor1D) => tf.sum<tf.Scalar>(tf.squaredDifference(x, target));
 * const { x, status } = await lbfgs(distance, tf.tensor1d([0, 0]), { toleranceGrad: 1e-3 });
 * console.log(status); // => 'grad'
 * console.log(Array.from(await x.data(), (value) => Math.round(value))); // => [1, 2]
 * tf.dispose([x, target]);
 * ```
 *
 * Sources: Liu and Nocedal 1989; Byrd, Nocedal and Schnabel 1994, eq. 3.1 for the compact form and section 3 for the products;
 * Nocedal and Wright 2006, Algorithms 3.5, 3.6 and 7.5.
 *
 * Differs from `torch.optim.LBFGS`: the first step changes no value by more than `maxChange`, pairs are skipped by a relative
 * test, tolerances are off unless given and relative where torch's are absolute, steps into NaN are taken back, and with
 * `lineSearch: 'none'` the history is dropped after a step of negative curvature and the best point is returned.
 */
export async function lbfgs<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  { onStep, ...options }: LbfgsOptions<T> = {},
): Promise<LbfgsResult<T>> {
  assert(
    onStep === undefined || typeof onStep === 'function',
    () => `${where}: onStep must be a function; got ${show(onStep)}`,
  );
  const run = lbfgsSteps(objective, start, options);
  try {
    for (;;) {
      const next = await run.next();
      if (next.done === true) return next.value;
      await onStep?.(next.value);
    }
  } catch (error) {
    // `onStep` threw: this lets the generator free its tensors.
    await run.return(undefined as never);
    throw error;
  }
}
