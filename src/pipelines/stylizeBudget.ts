import type { Size } from '../internal/size.js';
import { fitStylize } from './memoryBudget.js';
import type { ObjectiveOptions } from './objectiveOptions.js';
import type { Level } from './stylizeLevels.js';
import type { StylizeSettings } from './stylizeOptions.js';
import { stylizeRun } from './stylizePlan.js';

/** What the last level, which takes most, must give up to stay within a budget. */
export function leanSettings<L extends string>(
  measures: ObjectiveOptions<L>,
  { historySize }: NonNullable<StylizeSettings['optimizer']>,
  styleSizes: readonly Size[],
  { size, iterations }: Level,
  memoryBudget: number,
) {
  const where = 'stylize';
  const run = stylizeRun(where, {
    ...measures,
    ...(historySize === undefined ? {} : { historySize }),
    size,
    styleSize: styleSizes.reduce((a, b) => (b[0] * b[1] > a[0] * a[1] ? b : a)),
  });
  // A run never has more pairs than steps.
  const pairs = Math.max(1, Math.min(run.historySize, iterations));
  const { recompute, historySize: kept } = fitStylize(where, { ...run, historySize: pairs }, memoryBudget);
  return { objective: { recompute }, optimizer: { historySize: kept } };
}
