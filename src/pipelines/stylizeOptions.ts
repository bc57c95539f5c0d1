import { assert } from '../internal/assert.js';
import type { LbfgsBounds, LbfgsOptions, LbfgsStatus } from '../optim/index.js';
import type { Image } from '../types.js';
import type { ObjectiveOptions, StyleChoice } from './objectiveOptions.js';
import type { Progress } from './progressClock.js';

export const inits = ['content', 'style', 'noise'] as const;

/** What {@link stylizeSteps} paints and how. Measures and weights are those of {@link ObjectiveOptions}. */
export interface StylizeSettings<L extends string = string> extends ObjectiveOptions<L> {
  /** What the first level starts from: the content, the style, seeded noise, or a picture. @defaultValue the preset's, 'content' */
  readonly init?: (typeof inits)[number] | Image;
  /** Seed of the noise. @defaultValue 0 */
  readonly seed?: number;
  /**
   * Sizes to paint at, coarse to fine, each twice the one before and the last the content's. Coarse levels move large shapes
   * that fine ones no longer can, and cost little. @defaultValue 1
   */
  readonly levels?: number;
  /** Optimiser steps at every level, or one number for each, coarse to fine. @defaultValue the preset's, 200 */
  readonly iterations?: number | readonly number[];
  /** The style's longer side relative to the content's: larger makes larger strokes. @defaultValue 1 */
  readonly styleScale?: number;
  /** How values are kept in 0..1 on the way; the result is always clipped. @defaultValue a penalty, see `LbfgsBounds` */
  readonly bounds?: Pick<LbfgsBounds, 'mode' | 'weight'>;
  /** Settings of the optimiser that replace the preset's. */
  readonly optimizer?: Omit<LbfgsOptions<Image>, 'onStep' | 'signal' | 'bounds' | 'maxIterations'>;
  /**
   * Bytes of tensors that the run may hold at once, beside pictures and weights that it is given. To fit, it computes cheap values
   * twice (`recompute`) and, if that is not enough, keeps fewer pairs of the optimiser, at least 3. @defaultValue no limit
   */
  readonly memoryBudget?: number;
  /** Ends the run early; the result is the best picture so far. */
  readonly signal?: AbortSignal;
}

/** What is said beside `optimizer` would overrule it without a word. */
export function assertOptimizerNames(where: string, optimizer: object): void {
  for (const name of ['bounds', 'maxIterations', 'onStep', 'signal'])
    assert(
      !(name in optimizer),
      () => `${where}: optimizer has no ${name}: bounds, iterations, onStep and signal stand beside it`,
    );
}

/** One optimiser step of {@link stylizeSteps}. */
export interface StylizeStep extends Progress {
  /** The level, from 1 (coarsest) to `levels`. */
  readonly level: number;
  /** How many levels there are. */
  readonly levels: number;
  /** Evaluations of the objective so far, over all levels. */
  readonly evaluations: number;
  /** The objective at this level. Values of different levels cannot be compared. */
  readonly loss: number;
  /** Its summands: `content relu4_2`, `style relu1_1`, ..., `total variation`. */
  readonly parts: Readonly<Record<string, number>>;
  /** The picture at this level's size, in 0..1. Borrowed: it is freed with the next step; clone it to keep it. */
  readonly image: Image;
}

/** How a run of {@link stylizeSteps} ended. */
export interface StylizeResult {
  /**
   * The picture of lowest loss, `[1, h, w, 3]` of the content's size, in 0..1. The caller owns it. With status `'device-lost'` it
   * has the size of the level that was being painted.
   */
  readonly image: Image;
  /** Why the last level ended. */
  readonly status: LbfgsStatus;
  /** The status in a sentence, with advice. */
  readonly message: string;
  /** The last level's loss. */
  readonly loss: number;
  /** Its summands. */
  readonly parts: Readonly<Record<string, number>>;
  /** Optimiser steps over all levels. */
  readonly iterations: number;
  /** Evaluations over all levels. */
  readonly evaluations: number;
  /** Wall time. */
  readonly seconds: number;
}

/** Options of {@link stylize}. */
export type StylizeOptions<L extends string = string> = StylizeSettings<L> &
  StyleChoice & {
    /** Called after every optimiser step and waited for. */
    readonly onStep?: (step: StylizeStep) => void | Promise<void>;
  };
