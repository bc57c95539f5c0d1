import type { Tensor } from '@tensorflow/tfjs-core';
import { accept } from './accept.js';
import { compactDirection } from './direction.js';
import { dropHistory, type Run } from './run.js';
import { searchAlong, type Trial } from './searchAlong.js';
import type { LbfgsStatus } from './status.js';

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
    let outcome: Trial | LbfgsStatus = 'no-descent';
    if (alongGradient || coefficients.slope < 0) {
      const direction = owned.own(history.combine(run.vectors.gradient, coefficients));
      const firstStep = alongGradient ? gradientStep(run) : settings.learningRate;
      outcome = await searchAlong(run, direction, firstStep, coefficients.slope);
      if (typeof outcome !== 'string') {
        accept(run, direction, outcome);
        return { step: outcome.point.step, slope: outcome.evaluation.step.slope };
      }
      owned.dispose(direction);
    }
    if (outcome === 'aborted') return outcome;
    if (run.progress.evaluations >= settings.maxEvaluations) return 'max-evaluations';
    if (alongGradient) return outcome;
    dropHistory(run);
  }
}
