import { assert, assertNumber, show } from '../../internal/assert.js';
import type { NamedWeights } from './namedWeights.js';
import { readOptimizer } from './optimizerState.js';
import type { Training } from './training.js';

/** A run at the end of a step, to be continued exactly: with the same arguments, and this as `resume`. Plain data. */
export interface TrainingSnapshot {
  /** Of the format. */
  readonly version: 1;
  /** Steps done. */
  readonly step: number;
  /** Whatever the run has learned. */
  readonly weights: NamedWeights;
  /** The optimiser's moments. */
  readonly optimizer: NamedWeights;
}

/** Whether `resume` is a snapshot of this kind of run. Its arrays are checked where they are used. */
export function assertSnapshot(where: string, resume: TrainingSnapshot | undefined, steps: number): void {
  if (resume === undefined) return;
  assert(
    typeof (resume as unknown) === 'object' && (resume as unknown) !== null && (resume.version as unknown) === 1,
    () => `${where}: resume must be a snapshot of version 1; got ${show(resume)}`,
  );
  assertNumber(where, 'resume.step', resume.step, { min: 0, max: steps, integer: true });
}

/** A snapshot of a run that has made `step` steps. */
export async function takeSnapshot(run: Training, step: number): Promise<TrainingSnapshot> {
  const [weights, optimizer] = [await run.weights(), await readOptimizer(run.optimizer.optimizer)];
  return { version: 1, step, weights, optimizer };
}
