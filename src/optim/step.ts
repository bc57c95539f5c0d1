import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { Differentiable } from '../types.js';
import { appendPair, compactDirection, newestPairs, noPairs } from './direction.js';
import { evaluate, largest, type Evaluation } from './evaluate.js';
import type { History } from './history.js';
import { rowDot, type Layout } from './layout.js';
import { fixedStep, isFinitePoint, strongWolfe, type Point } from './lineSearch.js';
import type { Settings } from './options.js';
import type { Progress, Vectors } from './snapshot.js';
import type { LbfgsStatus } from './status.js';

/** A run: what stays, and the state that each step replaces. */
export interface Run<T extends Tensor> {
  readonly objective: Differentiable<T>;
  readonly settings: Settings;
  readonly layout: Layout;
  readonly owned: OwnedTensors;
  readonly history: History;
  vectors: Vectors;
  progress: Progress;
}

type Measure =
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
interface Found {
  readonly trial: Trial;
  readonly slope: number;
  readonly directionInf: number;
  readonly directionSquared: number;
}

export const isAborted = ({ settings }: Pick<Run<Tensor>, 'settings'>): boolean => settings.signal?.aborted === true;

/** Rounding makes the predicted slope differ from the measured one by some 1e-6; this much only a broken history does. */
const slopeTolerance = 1e-2;

const scaled = (x: Tensor2D, factor: number): Tensor2D => (factor === 1 ? tf.clone(x) : tf.mul(x, factor));

/** Evaluates at `x + step * direction`, with all dot products that acceptance would need; `undefined` if aborted. */
async function tryStep<T extends Tensor>(
  run: Run<T>,
  direction: Tensor2D,
  step: number,
  isFirst: boolean,
): Promise<Trial | undefined> {
  const { objective, layout, owned, settings, history } = run;
  if (isAborted(run)) return undefined;
  const { x, gradient } = run.vectors;
  const evaluation = await evaluate<T, Measure>(
    objective,
    owned.own(tf.tidy(() => tf.add<Tensor2D>(x, scaled(direction, step)))),
    layout,
    owned,
    settings.bounds,
    run.progress.penaltyWeight,
    (newGradient) => {
      const gradDiff = tf.sub<Tensor2D>(newGradient, gradient);
      return {
        sums: {
          slope: isFirst ? rowDot(gradient, direction) : undefined,
          directionSquared: isFirst ? rowDot(direction, direction) : undefined,
          directionGradient: rowDot(direction, newGradient),
          directionGradDiff: rowDot(direction, gradDiff),
          gradDiffSquared: rowDot(gradDiff, gradDiff),
          gradDiffGradient: rowDot(gradDiff, newGradient),
          history: history.products(newGradient, gradDiff),
        },
        values: { directionInf: isFirst ? largest(direction) : undefined },
      };
    },
  );
  run.progress = { ...run.progress, evaluations: run.progress.evaluations + 1 };
  if (isAborted(run)) return undefined;
  const { total, gradSquared } = evaluation.numbers;
  const slope = Number.isFinite(gradSquared) ? evaluation.also('directionGradient')[0]! : NaN;
  return { point: { step, value: total, slope }, evaluation };
}

/** Searches along a direction. A status if nothing acceptable was found there. */
async function searchAlong<T extends Tensor>(
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
    for (const { point, evaluation } of trials) if (point.step !== step) owned.dispose(evaluation.gradient);
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

/** Moves the run to the point found, and learns from the step if the objective curves upwards along it. */
function accept<T extends Tensor>(run: Run<T>, direction: Tensor2D, found: Found): void {
  const { owned, history, settings, vectors, progress } = run;
  const { point, evaluation } = found.trial;
  const { numbers, gradient } = evaluation;
  const measured = (name: Measure): number => evaluation.also(name)[0]!;
  const xDiff = owned.own(scaled(direction, point.step));
  const gradDiff = owned.own(tf.sub<Tensor2D>(gradient, vectors.gradient));
  const x = owned.own(tf.add<Tensor2D>(vectors.x, xDiff));
  const xDiffGradDiff = point.step * measured('directionGradDiff');
  const gradDiffSquared = measured('gradDiffSquared');

  const onHistory = history.read(evaluation.also('history'), progress.products);
  let products = {
    ...progress.products,
    xDiffGradient: onHistory.xDiffGradient,
    gradDiffGradient: onHistory.gradDiffGradient,
  };
  const lengths = point.step * Math.sqrt(found.directionSquared * gradDiffSquared);
  const curvesUp = xDiffGradDiff > settings.curvatureEpsilon * lengths;
  if (curvesUp) {
    const appended = appendPair(products, {
      xDiffsGradDiff: onHistory.xDiffGradDiff,
      gradDiffsGradDiff: onHistory.gradDiffGradDiff,
      xDiffGradDiff,
      gradDiffSquared,
      xDiffGradient: point.step * point.slope,
      gradDiffGradient: measured('gradDiffGradient'),
    });
    products = newestPairs(appended, settings.historySize);
    history.push({ xDiff, gradDiff });
  } else {
    owned.dispose(xDiff, gradDiff);
  }

  const improved = numbers.total <= progress.best.total;
  owned.dispose(vectors.gradient);
  if (improved) owned.dispose(vectors.best);
  if (vectors.x !== vectors.best) owned.dispose(vectors.x);
  run.vectors = { x, gradient, best: improved ? x : vectors.best };
  const before = progress.point.total;
  const change =
    Math.abs(before - numbers.total) / Math.max(Math.abs(before), Math.abs(numbers.total), Number.MIN_VALUE);
  run.progress = {
    ...progress,
    iterations: progress.iterations + 1,
    skippedPairs: progress.skippedPairs + (curvesUp ? 0 : 1),
    stalled: change <= settings.toleranceLoss ? progress.stalled + 1 : 0,
    lastMove: point.step * found.directionInf,
    lossHistory: [...progress.lossHistory, numbers.loss],
    point: numbers,
    best: improved ? numbers : progress.best,
    products,
  };
  // A fixed step is never lengthened, so where the curvature is negative short steps would follow each other for ever.
  if (!curvesUp && settings.lineSearch === 'none') dropHistory(run);
}

function dropHistory(run: Pick<Run<Tensor>, 'history' | 'progress'>): void {
  run.history.clear();
  run.progress = { ...run.progress, products: noPairs, resets: run.progress.resets + 1 };
}

/** How much longer than the last step one along the gradient may be. */
const growth = 10;

/** The first step to try where the direction is the negative gradient. */
function gradientStep({ settings, progress }: Pick<Run<Tensor>, 'settings' | 'progress'>): number {
  const { gradInf, gradAbsSum } = progress.point;
  const { maxChange, learningRate } = settings;
  if (maxChange === undefined) return learningRate * Math.min(1, 1 / gradAbsSum);
  return (learningRate * Math.min(maxChange, growth * progress.lastMove)) / gradInf;
}

/**
 * One step: along the quasi-Newton direction or, where that finds nothing, with the history dropped along the negative gradient.
 * A status if there is no way on.
 */
export async function takeStep<T extends Tensor>(run: Run<T>): Promise<{ step: number; slope: number } | LbfgsStatus> {
  const { owned, history, settings } = run;
  for (;;) {
    const { gradSquared } = run.progress.point;
    const { products } = run.progress;
    const alongGradient = products.xDiffGradient.length === 0;
    const coefficients = compactDirection(products, gradSquared);
    let outcome: Found | LbfgsStatus = 'no-descent';
    if (alongGradient || coefficients.slope < 0) {
      const direction = owned.own(history.combine(run.vectors.gradient, coefficients));
      const firstStep = alongGradient ? gradientStep(run) : settings.learningRate;
      outcome = await searchAlong(run, direction, firstStep, coefficients.slope);
      if (typeof outcome !== 'string') accept(run, direction, outcome);
      owned.dispose(direction);
      if (typeof outcome !== 'string') return { step: outcome.trial.point.step, slope: outcome.slope };
    }
    if (outcome === 'aborted') return outcome;
    if (run.progress.evaluations >= settings.maxEvaluations) return 'max-evaluations';
    if (alongGradient) return outcome;
    dropHistory(run);
  }
}
