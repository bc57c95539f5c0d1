import type { Tensor } from '@tensorflow/tfjs-core';
import { usualPenaltyWeight } from './bounds.js';
import { evaluate } from './evaluate.js';
import { isAborted, type Run } from './run.js';
import type { LbfgsStatus } from './status.js';

/** The first evaluation. A status if the run ends with it. */
export async function evaluateStart<T extends Tensor>(run: Run<T>): Promise<LbfgsStatus | undefined> {
  const { layout, settings } = run;
  if (isAborted(run)) return 'aborted';
  const { gradient, numbers } = await evaluate(run, run.vectors.x);
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
