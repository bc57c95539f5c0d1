import type { Tensor } from '@tensorflow/tfjs-core';
import { assert, show } from '../internal/assert.js';
import type { Differentiable } from '../types.js';
import type { LbfgsSnapshot } from './snapshot.js';
import { checkedSteps } from './checkedSteps.js';
import type { LbfgsOptions, LbfgsResult } from './types.js';

/**
 * Minimises a scalar function of a tensor with L-BFGS: `x <- x + t d`, `d = -H g`, where H approximates the inverse Hessian from
 * the last `historySize` steps and t satisfies the strong Wolfe conditions.
 *
 * All vectors stay on the device and all scalars of an evaluation come back in one readback; the algebra on the scalars runs in
 * float64 on the host. Between two evaluations it holds `2 historySize + 4` vectors of the size of `x`, one more during a line
 * search, plus what the objective needs. Nothing depends on the scale of the loss, within what float32 can square (about
 * 1e-12 to 1e12).
 *
 * @param objective - The function and, in closed form or by the tape, its gradient. It must be deterministic and must not wait;
 *   what it returns is disposed. Its `parts` are reported by name in steps and result.
 * @param start - Where to start, a float32 tensor of any shape, copied; or a snapshot of an earlier run, to go on from there.
 * @param options - See {@link LbfgsOptions}.
 * @returns The best point, which the caller owns, and why the run ended. Numerical trouble is a status: see {@link LbfgsStatus}.
 * @throws {StyleError} For bad arguments, before any work, and on a WebGL without 32-bit floats. What the objective or `onStep`
 *   throws comes through, after all tensors are freed.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { lbfgs } from 'pastiche/optim';
 *
 * const target = tf.tensor1d([1, 2]);
 * const distance = (x: tf.Tensor1D) => tf.sum<tf.Scalar>(tf.squaredDifference(x, target));
 * const { x, status } = await lbfgs(distance, tf.tensor1d([0, 0]), { toleranceGrad: 1e-3 });
 * console.log(status); // => 'grad'
 * console.log(Array.from(await x.data(), (value) => Math.round(value))); // => [1, 2]
 * tf.dispose([x, target]);
 * ```
 *
 * Sources: Liu and Nocedal 1989; Byrd, Nocedal and Schnabel 1994, eq. 3.1 for the compact form and section 3 for the products;
 * Nocedal and Wright 2006, Algorithms 3.5, 3.6 and 7.5.
 *
 * Differs from `torch.optim.LBFGS`: the first step changes no value by more than `maxChange`, pairs are skipped by a relative
 * test, tolerances are off unless given and relative where torch's are absolute, steps into NaN are taken back, and with
 * `lineSearch: 'none'` the history is dropped after a step of negative curvature and the best point is returned.
 */
export async function lbfgs<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  { onStep, ...options }: LbfgsOptions<T> = {},
): Promise<LbfgsResult<T>> {
  assert(
    onStep === undefined || typeof onStep === 'function',
    () => `lbfgs: onStep must be a function; got ${show(onStep)}`,
  );
  const run = checkedSteps(objective, start, options, (result) => result);
  try {
    for (;;) {
      const next = await run.next();
      if (next.done === true) return next.value;
      await onStep?.(next.value);
    }
  } catch (error) {
    // `onStep` threw: this lets the generator free its tensors.
    await run.return(undefined as never);
    throw error;
  }
}
