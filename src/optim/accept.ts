import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { appendPair, newestPairs } from './pairProducts.js';
import { dropHistory, type Run } from './run.js';
import type { Trial } from './searchAlong.js';

/** Moves the run to the point found, and learns from the step if the objective curves upwards along it. Takes over the direction. */
export function accept<T extends Tensor>(run: Run<T>, direction: Tensor2D, { point, evaluation }: Trial): void {
  const { owned, history, settings, vectors, progress } = run;
  const { numbers, x, gradient, step } = evaluation;
  const gradDiff = evaluation.gradDiff!;
  const xDiff = point.step === 1 ? direction : owned.own(tf.mul<Tensor2D>(direction, point.step));
  if (xDiff !== direction) owned.dispose(direction);
  const xDiffGradDiff = point.step * step.directionGradDiff;
  const { directionSquared, gradDiffSquared, gradDiffGradient } = step;

  const onHistory = history.read(evaluation.history, progress.products);
  let products = {
    ...progress.products,
    xDiffGradient: onHistory.xDiffGradient,
    gradDiffGradient: onHistory.gradDiffGradient,
  };
  const lengths = point.step * Math.sqrt(directionSquared * gradDiffSquared);
  const curvesUp = xDiffGradDiff > settings.curvatureEpsilon * lengths;
  if (curvesUp) {
    const appended = appendPair(products, {
      xDiffsGradDiff: onHistory.xDiffGradDiff,
      gradDiffsGradDiff: onHistory.gradDiffGradDiff,
      xDiffGradDiff,
      gradDiffSquared,
      xDiffGradient: point.step * point.slope,
      gradDiffGradient,
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
    lastMove: point.step * step.directionInf,
    lossHistory: [...progress.lossHistory, numbers.loss],
    point: numbers,
    best: improved ? numbers : progress.best,
    products,
  };
  // A fixed step is never lengthened, so where the curvature is negative short steps would follow each other for ever.
  if (!curvesUp && settings.lineSearch === 'none') dropHistory(run);
}
