import { assert, assertNoOthers, assertOneOf } from '../internal/assert.js';
import { weightBytes } from '../internal/networkBytes.js';
import { assertSize } from '../internal/size.js';
import type { AutoencoderOutline } from '../models/index.js';
import { assertOutlines } from './assertOutlines.js';
import { assertObjectiveNames, type ObjectiveOptions } from './objectiveOptions.js';
import { stylizeMemory } from './stylizeMemory.js';
import { type StylizePlan, stylizeRun } from './stylizePlan.js';
import { universalMemory } from './universalMemory.js';
import { cascadeSize, defaultTileSize } from './universalSizes.js';

/** A run of `universalStyleTransfer` that need not take place. */
export interface UniversalPlan {
  /** Which pipeline. */
  readonly pipeline: 'universal';
  /** Autoencoders that are loaded, or what `autoencoderOutlines` says about some. */
  readonly levels: readonly AutoencoderOutline[];
  /** `[height, width]` of the picture. */
  readonly size: readonly [height: number, width: number];
  /** The same of each style that is a picture. @defaultValue one as large as the content */
  readonly styleSizes?: readonly (readonly [height: number, width: number])[];
  /** As in `universalStyleTransfer`. @defaultValue 768 */
  readonly tileSize?: number;
  /** Regions with a style of their own. @defaultValue none */
  readonly regions?: number;
}

/** What {@link estimateMemory} returns. */
export interface MemoryEstimate {
  /** The most bytes of tensors at once, beside the pictures and weights that the run is given, as `tf.memory().numBytes` counts. */
  readonly bytes: number;
  /**
   * Bytes of the networks' weights, which stand beside `bytes`: kernels, those turned for gradients, and on wasm the matrices of
   * Winograd's way. The wasm backend packs them once more for itself, which nobody counts.
   */
  readonly weights: number;
  /** What they are for. Not all are held at the same time. */
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * How much memory a run would take, without making a tensor: the most bytes alive at once. Within a few percent of what
 * `tf.memory().numBytes` then reaches on cpu and wasm; WebGPU and WebGL keep the optimiser's pairs in pieces of up to 64 MB, and
 * may hold two of them more.
 *
 * @param plan - what would be run, as plain data
 * @returns bytes beside the pictures and weights that the run is given, the bytes of the weights, and what the first are for
 * @throws StyleError for options out of range, or a network whose outline is not known; LayerError for layers that it lacks
 *
 * @example
 * ```ts
 * import { estimateMemory, vggOutline } from 'pastiche';
 *
 * const extractor = vggOutline({ width: 64, upTo: 'relu5_1' });
 * const megabytes = (recompute: boolean): number =>
 *   Math.round(estimateMemory({ pipeline: 'stylize', extractor, size: [512, 512], recompute }).bytes / 1e6);
 * console.log(megabytes(false) > megabytes(true)); // => true
 * ```
 */
export function estimateMemory(plan: StylizePlan | UniversalPlan): MemoryEstimate {
  const where = 'estimateMemory';
  assertOneOf(where, 'plan.pipeline', plan.pipeline, ['stylize', 'universal']);
  if (plan.pipeline === 'stylize') {
    const { pipeline, size, styleSize, historySize, ...measures } = plan;
    assertObjectiveNames(where, measures as Partial<ObjectiveOptions>);
    const run = stylizeRun(where, plan);
    const { bytes, ...parts } = stylizeMemory(run);
    return { bytes, weights: weightBytes(run.outline), parts };
  }
  const { pipeline, levels, size, styleSizes = [size], tileSize = defaultTileSize, regions = 0, ...others } = plan;
  assertNoOthers(where, others);
  assertSize(where, 'size', size);
  styleSizes.forEach((style, i) => {
    assertSize(where, `styleSizes[${i}]`, style);
  });
  assert(levels.length > 0, () => `${where}: levels must hold at least one; got []`);
  assertOutlines(where, levels);
  const { bytes, ...parts } = universalMemory({
    levels,
    size: cascadeSize(size, levels),
    styleSizes,
    tileSize,
    regions,
  });
  const layers = levels.flatMap(({ outline }) => [...outline!.encoder, ...outline!.decoder]);
  return { bytes, weights: weightBytes(layers), parts };
}
