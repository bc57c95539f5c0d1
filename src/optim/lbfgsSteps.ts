import type { Tensor } from '@tensorflow/tfjs-core';
import { assert } from '../internal/assert.js';
import { lateResult, lateTensor } from '../internal/lateResult.js';
import type { Differentiable } from '../types.js';
import type { LbfgsSnapshot } from './snapshot.js';
import { checkedSteps } from './checkedSteps.js';
import type { LbfgsOptions, LbfgsResult, LbfgsStep } from './types.js';

/**
 * {@link lbfgs} one step at a time: an asynchronous generator that yields after each accepted step and returns the result.
 *
 * Leaving a loop early frees everything; clone the step's `x` first if you want it. The result's `x` is made when `value` of the
 * last `next()` is read (or by `yield*`): a `for await` loop never reads it, and leaves nothing behind at its end.
 *
 * @param objective - See {@link lbfgs}.
 * @param start - See {@link lbfgs}. It must live until the first step is asked for.
 * @param options - See {@link LbfgsOptions}.
 * @returns The generator; its steps lend `x` until the next step, its result is the caller's once it is read.
 * @throws {StyleError} At once, for bad arguments; and what the objective throws, after all tensors are freed.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { lbfgsSteps } from 'pastiche/optim';
 *
 * const steps = lbfgsSteps((x: tf.Tensor1D) => tf.sum(tf.pow(x, 4)), tf.tensor1d([3, 4]), { maxIterations: 2 });
 * const losses: number[] = [];
 * let next = await steps.next();
 * while (!next.done) {
 *   losses.push(next.value.loss);
 *   next = await steps.next();
 * }
 * console.log(losses.length); // => 2
 * console.log(next.value.status); // => 'max-iterations'
 * next.value.x.dispose();
 * ```
 */
export function lbfgsSteps<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  options: Omit<LbfgsOptions<T>, 'onStep'> = {},
): AsyncGenerator<LbfgsStep<T>, LbfgsResult<T>, undefined> {
  assert(
    !('onStep' in options),
    () => "lbfgsSteps: there is no option 'onStep'; the steps are what the generator yields",
  );
  const late = async ({ x, ...outcome }: LbfgsResult<T>): Promise<() => LbfgsResult<T>> => {
    const make = await lateTensor('lbfgs', x);
    return () => ({ ...outcome, x: make() });
  };
  return lateResult(checkedSteps(objective, start, options, late));
}
