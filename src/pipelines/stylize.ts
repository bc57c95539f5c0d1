import * as tf from '@tensorflow/tfjs-core';
import { StyleError } from '../errors.js';
import { resizeImage, fitSize, noiseImage } from '../image/index.js';
import { assert, assertImage, assertNumber, assertOneOf, show } from '../internal/assert.js';
import { type OwnedTensors, ownedTensors } from '../internal/ownedTensors.js';
import { type LbfgsBounds, type LbfgsOptions, type LbfgsResult, type LbfgsStatus, lbfgsSteps } from '../optim/index.js';
import type { Image } from '../types.js';
import { assertPictures } from './assertPictures.js';
import {
  type ObjectiveOptions,
  type StyleChoice,
  gatysObjective,
  resolveRecipe,
  resolveStyles,
} from './gatysObjective.js';
import { fitStylize } from './memoryBudget.js';
import { type Progress, progressClock } from './progressClock.js';
import { stylizeRun } from './stylizePlan.js';

const inits = ['content', 'style', 'noise'] as const;

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

const where = 'stylize';

interface Level {
  readonly size: readonly [height: number, width: number];
  readonly iterations: number;
}

/** Sizes and steps of the levels, coarse to fine. */
function planLevels([, h, w]: Image['shape'], count: number, iterations: number | readonly number[]): Level[] {
  assertNumber(where, 'levels', count, { integer: true, min: 1, max: 10 });
  const steps = typeof iterations === 'number' ? Array.from({ length: count }, () => iterations) : iterations;
  assert(
    steps.length === count,
    () => `${where}: iterations must be a number or ${count} numbers, one for each level; got ${show(iterations)}`,
  );
  steps.forEach((n) => assertNumber(where, 'iterations', n, { integer: true, min: 0 }));
  return steps.map((n, i) => {
    const shrink = 2 ** (count - 1 - i);
    return { size: [Math.max(1, Math.round(h / shrink)), Math.max(1, Math.round(w / shrink))], iterations: n };
  });
}

/** The size of a style that belongs to a level: its longer side is `scale` times that of the level. */
function styleSize(image: Image, [h, w]: Level['size'], scale: number): [height: number, width: number] {
  const longSide = Math.max(1, Math.round(Math.max(h, w) * scale));
  return fitSize([image.shape[1], image.shape[2]], { longSide });
}

/** What the last level, which takes most, must give up to stay within a budget. */
function leanSettings<L extends string>(
  options: StylizeSettings<L>,
  styles: readonly { image: Image }[],
  levels: readonly Level[],
  memoryBudget: number,
) {
  const { size, iterations } = levels.at(-1)!;
  const sizes = styles.map(({ image }) => styleSize(image, size, options.styleScale ?? 1));
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

/**
 * Paints the content in the style, one optimiser step after the other: minimises {@link gatysObjective} over the pixels by
 * L-BFGS. Look at a step's picture, stop whenever you like.
 *
 * Breaking out of the loop frees everything. An abort of `signal` ends the loop with status `'aborted'` and the best picture.
 *
 * @returns an async generator of {@link StylizeStep}; its return value is the {@link StylizeResult}
 * @throws ShapeError for pictures of the wrong shape; StyleError for values that are not finite or not in 0..1, for options
 *   out of range, or for a `memoryBudget` that no choice fits; LayerError for layers that the network lacks. All before the first step
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { noiseImage, randomVgg, stylizeSteps } from 'pastiche';
 *
 * const extractor = randomVgg({ seed: 1, width: 4, upTo: 'relu2_2' });
 * const [content, style] = [noiseImage([1, 16, 16, 3], { seed: 1 }), noiseImage([1, 16, 16, 3], { seed: 2 })];
 * const losses: number[] = [];
 * for await (const { loss } of stylizeSteps({ extractor, content, style, iterations: 5 })) losses.push(loss);
 * console.log(losses.at(-1)! < losses[0]!); // => true
 * ```
 */
export async function* stylizeSteps<L extends string>(
  options: StylizeSettings<L> & StyleChoice,
): AsyncGenerator<StylizeStep, StylizeResult, undefined> {
  const { content, seed = 0, styleScale = 1, signal, bounds = {}, memoryBudget } = options;
  assertImage(where, 'content', content);
  const styles = resolveStyles(where, options);
  const { recipe } = resolveRecipe(where, options);
  const { init = recipe.init, levels: count = 1, iterations = recipe.iterations } = options;
  if (typeof init === 'string') assertOneOf(where, 'init', init, inits);
  else assertImage(where, 'init', init);
  assertNumber(where, 'styleScale', styleScale, { min: 0.05, max: 20 });
  const levels = planLevels(content.shape, count, iterations);
  const lean = memoryBudget === undefined ? undefined : leanSettings(options, styles, levels, memoryBudget);
  await assertPictures(where, {
    content,
    ...Object.fromEntries(styles.map(({ image }, i) => [`style ${i + 1}`, image])),
    ...(typeof init === 'string' ? {} : { init }),
  });

  const clock = progressClock(levels);
  const owned = ownedTensors();
  let [image, finished, evaluations, iterationsDone] = [undefined as Image | undefined, 0, 0, 0];
  let last: LbfgsResult<Image> | undefined;
  try {
    for (const [i, { size, iterations: maxIterations }] of levels.entries()) {
      const start = owned.own(image === undefined ? startImage(init, options, size, seed) : resizeImage(image, size));
      owned.dispose(image);
      const objective = levelObjective(owned, { ...options, ...lean?.objective }, styles, size, styleScale);
      try {
        const steps = lbfgsSteps<Image>(objective, start, {
          ...recipe.optimizer,
          ...options.optimizer,
          ...lean?.optimizer,
          maxIterations,
          bounds: { min: 0, max: 1, ...bounds },
          ...(signal === undefined ? {} : { signal }),
        });
        for (;;) {
          const { done, value } = await steps.next();
          if (done === true) {
            last = value;
            break;
          }
          // Leaving this generator at the yield must close the inner one, or its tensors stay.
          let resumed = false;
          try {
            yield {
              ...clock.step(i, value.iteration),
              level: i + 1,
              levels: levels.length,
              evaluations: evaluations + value.evaluations,
              loss: value.loss,
              parts: value.parts ?? {},
              image: value.x,
            };
            resumed = true;
          } finally {
            if (!resumed) await steps.return(undefined as never);
          }
        }
      } finally {
        objective.dispose();
        owned.dispose(start);
      }
      image = owned.own(last.x);
      evaluations += last.evaluations;
      iterationsDone += last.iterations;
      finished = i;
      if (['aborted', 'non-finite', 'device-lost'].includes(last.status)) break;
    }
    const { status, message, loss, parts = {} } = last!;
    if (status === 'non-finite' && iterationsDone === 0)
      throw new StyleError(`${where}: the loss is not finite at the start: ${message}`);
    // An abort at a coarse level still returns a picture of the size that was asked for; without a GPU nothing can be resized.
    const [, h, w] = content.shape;
    const asItIs = finished === levels.length - 1 || status === 'device-lost';
    const whole = asItIs ? image! : owned.own(resizeImage(image!, [h, w]));
    return {
      image: owned.release(whole),
      status,
      message,
      loss,
      parts,
      evaluations,
      iterations: iterationsDone,
      seconds: clock.seconds(),
    };
  } finally {
    owned.disposeAll();
  }
}

/** What the coarsest level starts from. */
function startImage(
  init: StylizeSettings['init'],
  options: StylizeSettings & StyleChoice,
  size: Level['size'],
  seed: number,
): Image {
  if (init === 'noise') return noiseImage([options.content.shape[0], ...size, 3], { seed });
  if (init === 'style') return resizeImage(resolveStyles(where, options)[0]!.image, size);
  return resizeImage(init === 'content' || init === undefined ? options.content : init, size);
}

/** The objective at the size of a level. */
function levelObjective<L extends string>(
  owned: OwnedTensors,
  options: StylizeSettings<L> & StyleChoice,
  styles: readonly { image: Image; share: number }[],
  size: Level['size'],
  styleScale: number,
) {
  const pictures = tf.tidy(() => ({
    content: resizeImage(options.content, size),
    styles: styles.map(({ image }) => resizeImage(image, styleSize(image, size, styleScale))),
  }));
  const all = [pictures.content, ...pictures.styles].map((picture) => owned.own(picture));
  try {
    // A `style` among the options must not outlive its scaled copy.
    const { style, ...measures } = options as StylizeSettings<L> & { style?: Image };
    return gatysObjective<L>({ ...measures, ...pictures, styleWeights: styles.map(({ share }) => share) });
  } finally {
    owned.dispose(...all);
  }
}

/** Options of {@link stylize}. */
export type StylizeOptions<L extends string = string> = StylizeSettings<L> &
  StyleChoice & {
    /** Called after every optimiser step and waited for. */
    readonly onStep?: (step: StylizeStep) => void | Promise<void>;
  };

/**
 * Paints the content in the style (neural style transfer). The whole of {@link stylizeSteps} in one call.
 *
 * @returns the picture of lowest loss, `[1, h, w, 3]` of the content's size in 0..1, also after an abort or the loss of a GPU
 *   (see {@link StylizeResult}). The caller owns it
 * @throws as {@link stylizeSteps}, and whatever `onStep` throws
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { noiseImage, randomVgg, stylize } from 'pastiche';
 *
 * const extractor = randomVgg({ seed: 1, width: 4, upTo: 'relu2_2' });
 * const [content, style] = [noiseImage([1, 16, 24, 3], { seed: 1 }), noiseImage([1, 20, 16, 3], { seed: 2 })];
 * const picture = await stylize({ extractor, content, style, iterations: 3, levels: 2 });
 * console.log(picture.shape); // => [1, 16, 24, 3]
 * ```
 *
 * Source: Gatys, Ecker & Bethge, Image Style Transfer Using Convolutional Neural Networks (2016). Differs from the paper in the
 * default weights (preset `'relative'`) and in keeping values in 0..1; `preset: 'gatys2016'` has the paper's loss.
 */
export async function stylize<L extends string>(options: StylizeOptions<L>): Promise<Image> {
  const { onStep, ...settings } = options;
  const steps = stylizeSteps<L>(settings);
  let result = await steps.next();
  while (result.done !== true) {
    try {
      await onStep?.(result.value);
    } catch (error) {
      await steps.return(undefined as never);
      throw error;
    }
    result = await steps.next();
  }
  return result.value.image;
}
