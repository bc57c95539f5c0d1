import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { combination } from '../internal/kernels/vectors.js';
import { evaluate, largest, type Evaluation } from './evaluate.js';
import { fixedStep, isFinitePoint, strongWolfe, type Point } from './lineSearch.js';
import { isAborted, type Run } from './run.js';
import type { LbfgsStatus } from './status.js';

/** What is read back of a trial. */
export type Measure =
  | 'slope'
  | 'directionSquared'
  | 'directionInf'
  | 'directionGradient'
  | 'directionGradDiff'
  | 'gradDiffSquared'
  | 'gradDiffGradient'
  | 'history';

interface Trial {
  readonly point: Point;
  readonly evaluation: Evaluation<Measure>;
}

/** A point found along a direction, and what is known of the direction. */
export interface Found {
  readonly trial: Trial;
  readonly slope: number;
  readonly directionInf: number;
  readonly directionSquared: number;
}

/** Rounding makes the predicted slope differ from the measured one by some 1e-6; this much only a broken history does. */
const slopeTolerance = 1e-2;

/** Evaluates at `x + step * direction`, with all dot products that acceptance would need; `undefined` if aborted. */
async function tryStep<T extends Tensor>(
  run: Run<T>,
  direction: Tensor2D,
  step: number,
  isFirst: boolean,
): Promise<Trial | undefined> {
  const { owned, history } = run;
  if (isAborted(run)) return undefined;
  const { x, gradient } = run.vectors;
  const tried = owned.own(combination([x, direction], [1, step]));
  const evaluation = await evaluate<T, Measure>(run, tried, (newGradient) => {
    const gradDiff = tf.sub<Tensor2D>(newGradient, gradient);
    return {
      dots: {
        slope: isFirst ? [gradient, direction] : undefined,
        directionSquared: isFirst ? [direction, direction] : undefined,
        directionGradient: [direction, newGradient],
        directionGradDiff: [direction, gradDiff],
        gradDiffSquared: [gradDiff, gradDiff],
        gradDiffGradient: [gradDiff, newGradient],
      },
      sums: { history: history.products(newGradient, gradDiff) },
      values: { directionInf: isFirst ? largest(direction) : undefined },
    };
  });
  run.progress = { ...run.progress, evaluations: run.progress.evaluations + 1 };
  if (isAborted(run)) return undefined;
  const { total, gradSquared } = evaluation.numbers;
  const slope = Number.isFinite(gradSquared) ? evaluation.also('directionGradient')[0]! : NaN;
  return { point: { step, value: total, slope }, evaluation };
}

/** Searches along a direction. A status if nothing acceptable was found there. */
export async function searchAlong<T extends Tensor>(
  run: Run<T>,
  direction: Tensor2D,
  firstStep: number,
  predictedSlope: number,
): Promise<Found | LbfgsStatus> {
  const { settings, owned, progress } = run;
  const { total, gradSquared } = progress.point;
  const first = await tryStep(run, direction, firstStep, true);
  if (first === undefined) return 'aborted';
  let trials = [first];
  const keepOnly = (step: number | undefined): Trial | undefined => {
    for (const { point, evaluation } of trials)
      if (point.step !== step) owned.dispose(evaluation.x, evaluation.gradient);
    trials = trials.filter(({ point }) => point.step === step);
    return trials[0];
  };
  const measured = (name: Measure): number => first.evaluation.also(name)[0]!;
  const slope = measured('slope');
  const directionSquared = measured('directionSquared');
  const directionInf = measured('directionInf');
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
    const trial = await tryStep(run, direction, next.value.step, false);
    if (trial === undefined) return 'aborted';
    wasFinite ||= isFinitePoint(trial.point);
    trials.push(trial);
    next = search.next(trial.point);
  }
  const trial = keepOnly(next.value?.step);
  if (trial !== undefined) return { trial, slope, directionInf, directionSquared };
  return wasFinite ? 'line-search' : 'non-finite';
}
