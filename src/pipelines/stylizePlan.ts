import { assert, assertNumber } from '../internal/assert.js';
import { assertSize } from '../internal/size.js';
import type { NetworkOutline } from '../models/index.js';
import { type ObjectiveOptions, resolveRecipe } from './objectiveOptions.js';
import type { StylizeRun } from './stylizeMemory.js';

/** A run of `stylize` that need not take place. */
export interface StylizePlan extends Omit<ObjectiveOptions, 'extractor' | 'content'> {
  /** Which pipeline. */
  readonly pipeline: 'stylize';
  /** A network, or what `vggOutline` says about one. */
  readonly extractor: NetworkOutline;
  /** `[height, width]` of the picture at the last level. */
  readonly size: readonly [height: number, width: number];
  /** The same of the largest style, as large as it is looked at. @defaultValue that of the picture */
  readonly styleSize?: readonly [height: number, width: number];
  /** Pairs that L-BFGS keeps. A run of fewer steps keeps one less than it has steps. @defaultValue the preset's, 10 */
  readonly historySize?: number;
}

/** A plan, checked and with its defaults. */
export function stylizeRun(where: string, plan: Omit<StylizePlan, 'pipeline'>): StylizeRun {
  const { extractor, size, styleSize = size, recompute = false } = plan;
  assertSize(where, 'size', size);
  assertSize(where, 'styleSize', styleSize);
  const { recipe, contentLayers, styleLayers } = resolveRecipe(where, plan);
  const { historySize = recipe.optimizer.historySize ?? 10 } = plan;
  assertNumber(where, 'historySize', historySize, { integer: true, min: 0 });
  const { outline } = extractor;
  assert(outline !== undefined, () => `${where}: extractor must have an outline, as those of loadVgg; got none`);
  const named = { contentLayers: Object.keys(contentLayers), styleLayers: Object.keys(styleLayers) };
  return { outline, ...named, size, styleSize, historySize, recompute };
}
