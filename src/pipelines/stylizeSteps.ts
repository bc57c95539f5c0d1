import { StyleError } from '../errors.js';
import { resizeImage } from '../image/index.js';
import { assertImage, assertNumber, assertOneOf } from '../internal/assert.js';
import { lateResult, lateTensor } from '../internal/lateResult.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import type { LbfgsResult } from '../optim/index.js';
import { checkedSteps } from '../optim/checkedSteps.js';
import type { Image } from '../types.js';
import { assertPictures } from './assertPictures.js';
import { assertObjectiveNames, resolveRecipe, resolveStyles, type StyleChoice } from './objectiveOptions.js';
import { progressClock } from './progressClock.js';
import { leanSettings } from './stylizeBudget.js';
import { levelObjective, planLevels, startImage, styleSize } from './stylizeLevels.js';
import {
  assertOptimizerNames,
  inits,
  type StylizeResult,
  type StylizeSettings,
  type StylizeStep,
} from './stylizeOptions.js';

const where = 'stylize';

/** The steps; at the end a function that makes the result. */
async function* paint<L extends string>(
  options: StylizeSettings<L> & StyleChoice,
): AsyncGenerator<StylizeStep, () => StylizeResult, undefined> {
  const { init: given, levels: count = 1, iterations: wanted, seed = 0, styleScale = 1, ...rest } = options;
  const { bounds = {}, optimizer = {}, memoryBudget, signal, ...measures } = rest;
  assertObjectiveNames(where, measures);
  assertOptimizerNames(where, optimizer);
  const { content } = measures;
  assertImage(where, 'content', content);
  const styles = resolveStyles(where, measures);
  const { recipe } = resolveRecipe(where, measures);
  const [init, iterations] = [given ?? recipe.init, wanted ?? recipe.iterations];
  if (typeof init === 'string') assertOneOf(where, 'init', init, inits);
  else assertImage(where, 'init', init);
  assertNumber(where, 'styleScale', styleScale, { min: 0.05, max: 20 });
  const levels = planLevels(content.shape, count, iterations);
  const largest = levels.at(-1)!;
  const sizeOf = ({ image }: { image: Image }) => styleSize(image, largest.size, styleScale);
  const lean =
    memoryBudget === undefined
      ? undefined
      : leanSettings(measures, optimizer, styles.map(sizeOf), largest, memoryBudget);
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
      const start = owned.own(
        image === undefined ? startImage(init, content, styles[0]!.image, size, seed) : resizeImage(image, size),
      );
      owned.dispose(image);
      const objective = levelObjective(owned, { ...measures, ...lean?.objective }, styles, size, styleScale);
      try {
        const settings = {
          ...recipe.optimizer,
          ...optimizer,
          ...lean?.optimizer,
          maxIterations,
          bounds: { min: 0, max: 1, ...bounds },
          ...(signal === undefined ? {} : { signal }),
        };
        // Their result is asked for below, so it need not wait on the host.
        const steps = checkedSteps(objective, start, settings, (result) => result);
        let next = await steps.next();
        try {
          while (next.done !== true) {
            const { iteration, loss, x, parts = {} } = next.value;
            const progress = { level: i + 1, levels: levels.length, evaluations: evaluations + next.value.evaluations };
            yield { ...clock.step(i, iteration), ...progress, loss, parts, image: x };
            next = await steps.next();
          }
          last = next.value;
        } finally {
          // Leaving this generator at the yield must close the inner one, or its tensors stay.
          if (next.done !== true) await steps.return(undefined as never);
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
    const makeImage = await lateTensor(where, owned.release(whole));
    const outcome = { status, message, loss, parts, evaluations, iterations: iterationsDone, seconds: clock.seconds() };
    return () => ({ image: makeImage(), ...outcome });
  } finally {
    owned.disposeAll();
  }
}

/**
 * Paints the content in the style, one optimiser step after the other: minimises {@link gatysObjective} over the pixels by
 * L-BFGS. Look at a step's picture, stop whenever you like.
 *
 * Breaking out of the loop frees everything. The result's picture is made when `value` of the last `next()` is read (or by
 * `yield*`): a `for await` loop never reads it, and leaves nothing behind at its end. An abort of `signal` ends the loop with status
 * `'aborted'` and the best picture.
 *
 * @returns an async generator of {@link StylizeStep}; its return value is the {@link StylizeResult}, the caller's once it is read
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
export function stylizeSteps<L extends string>(
  options: StylizeSettings<L> & StyleChoice,
): AsyncGenerator<StylizeStep, StylizeResult, undefined> {
  return lateResult(paint(options));
}
