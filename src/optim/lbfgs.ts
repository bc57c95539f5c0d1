import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { StyleError } from '../errors.js';
import { assert, assertTensor, show } from '../internal/assert.js';
import { ownedTensors, type OwnedTensors } from '../internal/ownedTensors.js';
import type { Differentiable } from '../types.js';
import { newestPairs, noPairs } from './direction.js';
import { evaluate, type PointNumbers } from './evaluate.js';
import { rowLayout } from './layout.js';
import { listHistory } from './list.js';
import { usualPenaltyWeight, withinBounds } from './objective.js';
import { assertPrecision, resolveOptions, type Settings } from './options.js';
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
  return {
    x: owned.release(x) as T,
    loss: progress.best.loss,
    gradInf: progress.best.gradInf,
    status,
    ...explain(status),
    iterations: progress.iterations,
    evaluations: progress.evaluations,
    resets: progress.resets,
    skippedPairs: progress.skippedPairs,
    lossHistory: progress.lossHistory,
    ...namedParts(run.objective, progress.best.parts),
  };
}

async function* steps<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  settings: Settings,
): AsyncGenerator<LbfgsStep<T>, LbfgsResult<T>, undefined> {
  const owned = ownedTensors();
  try {
    const run = openRun(objective, start, settings, owned);
    let status = run.progress.evaluations === 0 ? await evaluateStart(run) : undefined;
    while ((status ??= stopReason(run)) === undefined) {
      const taken = await takeStep(run);
      if (typeof taken === 'string') {
        status = taken;
        break;
      }
      const { progress, layout, vectors, history } = run;
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
    return resultOf(run, status);
  } finally {
    owned.disposeAll();
  }
}

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
  assertPrecision(tf.getBackend(), () => tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'));
  return steps(objective, start, settings);
}

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
