import type { Image } from '../types.js';
import { fitStylize } from './memoryBudget.js';
import { type Level, styleSize } from './stylizeLevels.js';
import type { StylizeSettings } from './stylizeOptions.js';
import { stylizeRun } from './stylizePlan.js';

/** What the last level, which takes most, must give up to stay within a budget. */
export function leanSettings<L extends string>(
  options: StylizeSettings<L>,
  styles: readonly { image: Image }[],
  levels: readonly Level[],
  memoryBudget: number,
) {
  const { size, iterations } = levels.at(-1)!;
  const sizes = styles.map(({ image }) => styleSize(image, size, options.styleScale ?? 1));
  const where = 'stylize';
  const run = stylizeRun(where, {
    ...options,
    ...options.optimizer,
    size,
    styleSize: sizes.reduce((a, b) => (b[0] * b[1] > a[0] * a[1] ? b : a)),
  });
  // A run never has more pairs than steps.
  const pairs = Math.max(1, Math.min(run.historySize, iterations));
  const { recompute, historySize } = fitStylize(where, { ...run, historySize: pairs }, memoryBudget);
  return { objective: { recompute }, optimizer: { historySize } };
}
