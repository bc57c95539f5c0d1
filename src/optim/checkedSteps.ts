import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { StyleError } from '../errors.js';
import { assert, assertTensor, show } from '../internal/assert.js';
import { breathe } from '../internal/breathe.js';
import { activeDevice, isLossOf } from '../internal/device.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { assertFloat32 } from '../internal/precision.js';
import type { Differentiable } from '../types.js';
import { withinBounds } from './bounds.js';
import { hostCopy } from './hostCopy.js';
import { resolveOptions, type Settings } from './options.js';
import { namedParts, resultOf, savedResult } from './result.js';
import { openRun, type Run } from './run.js';
import { isSnapshot, takeSnapshot, type LbfgsSnapshot } from './snapshot.js';
import { evaluateStart } from './evaluateStart.js';
import { takeStep } from './takeStep.js';
import { stopReason } from './stopReason.js';
import type { LbfgsOptions, LbfgsResult, LbfgsStep } from './types.js';

const where = 'lbfgs';

/** How a run hands over its result. Takes over the result's tensor. */
export type HandOver<T extends Tensor, R> = (result: LbfgsResult<T>) => R | Promise<R>;

async function* steps<T extends Tensor, R>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  settings: Settings,
  handOver: HandOver<T, R>,
): AsyncGenerator<LbfgsStep<T>, R, undefined> {
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
    return await handOver(device?.isLost() === true ? savedResult(run, shape, copy) : resultOf(run, status));
  } catch (error) {
    if (run === undefined || !(await isLossOf(device))) throw error;
    return await handOver(savedResult(run, shape, copy, error));
  } finally {
    owned.disposeAll();
  }
}

/** Checks all that is given, at once, and returns the steps of a run. */
export function checkedSteps<T extends Tensor, R>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  options: Omit<LbfgsOptions<T>, 'onStep'>,
  handOver: HandOver<T, R>,
): AsyncGenerator<LbfgsStep<T>, R, undefined> {
  assert(
    typeof objective === 'function',
    () => `${where}: objective must be a function of a tensor; got ${show(objective)}`,
  );
  const settings = resolveOptions(options);
  if (!isSnapshot(where, start)) assertTensor(where, 'start', start, start.rank, 'of any shape, or a snapshot');
  assertFloat32(where, 'the differences of gradients that L-BFGS lives on');
  return steps(objective, start, settings, handOver);
}
