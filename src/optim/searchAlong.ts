import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { combination } from '../internal/kernels/vectors.js';
import { evaluate, type Evaluation } from './evaluate.js';
import { fixedStep, isFinitePoint, strongWolfe, type Point } from './lineSearch.js';
import { isAborted, type Run } from './run.js';
import type { LbfgsStatus } from './status.js';

/** A point along a direction. */
export interface Trial {
  readonly point: Point;
  readonly evaluation: Evaluation;
}

/** Rounding makes the predicted slope differ from the measured one by some 1e-6; this much only a broken history does. */
const slopeTolerance = 1e-2;

/** Evaluates at `x + step * direction`, with all that acceptance would need; `undefined` if aborted. */
async function tryStep<T extends Tensor>(run: Run<T>, direction: Tensor2D, step: number): Promise<Trial | undefined> {
  if (isAborted(run)) return undefined;
  const tried = run.owned.own(combination([run.vectors.x, direction], [1, step]));
  const evaluation = await evaluate(run, tried, direction);
  run.progress = { ...run.progress, evaluations: run.progress.evaluations + 1 };
  if (isAborted(run)) return undefined;
  const { total, gradSquared } = evaluation.numbers;
  // A point whose gradient is not finite cannot be gone on from.
  const slope = Number.isFinite(gradSquared) ? evaluation.step.directionGradient : NaN;
  return { point: { step, value: total, slope }, evaluation };
}

/** Searches along a direction. A status if nothing acceptable was found there. */
export async function searchAlong<T extends Tensor>(
  run: Run<T>,
  direction: Tensor2D,
  firstStep: number,
  predictedSlope: number,
): Promise<Trial | LbfgsStatus> {
  const { settings, owned, progress } = run;
  const { total, gradSquared } = progress.point;
  const first = await tryStep(run, direction, firstStep);
  if (first === undefined) return 'aborted';
  let trials = [first];
  const keepOnly = (step: number | undefined): Trial | undefined => {
    for (const { point, evaluation } of trials)
      if (point.step !== step) owned.dispose(evaluation.x, evaluation.gradient, evaluation.gradDiff);
    trials = trials.filter(({ point }) => point.step === step);
    return trials[0];
  };
  const { slope, directionSquared, directionInf } = first.evaluation.step;
  const scale = Math.sqrt(gradSquared * directionSquared);
  if (!(slope < 0 && Math.abs(slope - predictedSlope) <= slopeTolerance * scale)) {
    keepOnly(undefined);
    return 'no-descent';
  }
  const limits = {
    ...settings,
    evaluations: Math.min(settings.maxLineSearch, settings.maxEvaluations - progress.evaluations),
    width: settings.toleranceChange / directionInf,
  };
  const search =
    settings.lineSearch === 'none'
      ? fixedStep(first.point, limits)
      : strongWolfe({ step: 0, value: total, slope }, first.point, limits);
  let wasFinite = isFinitePoint(first.point);
  let next = search.next();
  while (!next.done) {
    keepOnly(next.value.keep);
    const trial = await tryStep(run, direction, next.value.step);
    if (trial === undefined) return 'aborted';
    wasFinite ||= isFinitePoint(trial.point);
    trials.push(trial);
    next = search.next(trial.point);
  }
  return keepOnly(next.value?.step) ?? (wasFinite ? 'line-search' : 'non-finite');
}
