import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { DeviceError } from '../errors.js';
import { lossError } from '../internal/device.js';
import type { Differentiable } from '../types.js';
import { withinBounds } from './bounds.js';
import type { PointNumbers } from './evaluate.js';
import type { HostCopy } from './hostCopy.js';
import type { Run } from './run.js';
import { explain, type LbfgsStatus } from './status.js';
import type { LbfgsResult, LbfgsStep } from './types.js';

/** The summands of a loss by name, where it has names for them. */
export function namedParts(
  { partNames }: Pick<Differentiable, 'partNames'>,
  values: readonly number[],
): Pick<LbfgsStep, 'parts'> {
  if (partNames === undefined || values.length === 0) return {};
  return { parts: Object.fromEntries(partNames.map((name, i) => [name, values[i] ?? NaN])) };
}

/** The best point of a run, which the caller owns, and how the run ended. */
export function resultOf<T extends Tensor>(run: Run<T>, status: LbfgsStatus): LbfgsResult<T> {
  const x = tf.tidy(() => withinBounds(run.layout.fromRows(run.vectors.best), run.settings.bounds));
  return describe(run, status, run.progress.best, tf.keep(x) as T);
}

/** What is left of a run when its GPU is gone: the copy on the host. */
export function savedResult<T extends Tensor>(
  run: Run<T>,
  shape: number[],
  copy: HostCopy,
  cause?: unknown,
): LbfgsResult<T> {
  const newest = copy.newest();
  if (newest === undefined) throw cause instanceof DeviceError ? cause : lossError('lbfgs', cause);
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
