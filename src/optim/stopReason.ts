import type { Tensor } from '@tensorflow/tfjs-core';
import { isAborted, type Run } from './run.js';
import type { LbfgsStatus } from './status.js';

/** The tolerance or the limit that ends the run between two steps. */
export function stopReason({
  settings,
  progress,
}: Pick<Run<Tensor>, 'settings' | 'progress'>): LbfgsStatus | undefined {
  if (progress.point.gradInf <= settings.toleranceGrad) return 'grad';
  if (progress.lastMove <= settings.toleranceChange) return 'change';
  if (settings.toleranceLoss > 0 && progress.stalled >= settings.patience) return 'loss';
  if (isAborted({ settings })) return 'aborted';
  if (progress.iterations >= settings.maxIterations) return 'max-iterations';
  if (progress.evaluations >= settings.maxEvaluations) return 'max-evaluations';
  return undefined;
}
