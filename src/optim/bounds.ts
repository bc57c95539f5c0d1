import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { assert, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import type { LbfgsBounds } from './types.js';

const where = 'lbfgs';
const modes = ['penalty', 'clip'] as const;

/** Bounds with their mode; the penalty's weight is only known once there is a gradient. */
export interface Bounds extends LbfgsBounds {
  readonly mode: 'penalty' | 'clip';
}

/** Checks bounds and fills in the mode. */
export function checkedBounds(bounds: LbfgsBounds): Bounds {
  const { min, max, mode = 'penalty', weight, ...others } = bounds;
  assertNoOthers(`${where}: bounds`, others);
  assertNumber(where, 'bounds.min', min);
  assertNumber(where, 'bounds.max', max);
  assert(min < max, () => `${where}: bounds.min must be less than bounds.max; got ${show(min)} and ${show(max)}`);
  assertOneOf(where, 'bounds.mode', mode, modes);
  if (weight === undefined) return { min, max, mode };
  assertNumber(where, 'bounds.weight', weight, { min: Number.MIN_VALUE });
  assert(mode === 'penalty', () => `${where}: bounds.weight belongs to mode 'penalty'; got mode ${show(mode)}`);
  return { min, max, mode, weight };
}

/** The values of `x`, cut to the bounds. A new tensor. */
export const clip = (x: Tensor, { min, max }: Bounds): Tensor => tf.clipByValue(x, min, max);

/** A new tensor with the values of `x`, within the bounds where there are any. */
export const withinBounds = (x: Tensor, bounds: Bounds | undefined): Tensor =>
  // Not tf.clone, which copies on wasm.
  bounds === undefined ? tf.reshape(x, x.shape) : clip(x, bounds);

/** Where the gradient is of its usual size at the start, the penalty stops a value at this part of the range outside. */
const usualExcess = 0.1;

/**
 * The weight where none is given. It scales with the loss, and with the loss's normalisation by the number of values.
 *
 * Measured on a small Gatys objective after 100 steps, loss of the clipped image in units of 1e-3, started from the content and
 * from noise: usualExcess 0.01 gives 2.33 and 3.17, 0.03 2.19 and 2.75, 0.1 2.14 and 2.47, 0.3 2.15 and 2.44, 1 2.40 and 2.91.
 * Clipping itself then costs 1 % at 0.1 and 3 to 6 % at 0.3: stiffer is slower, softer loses more at the end.
 */
export const usualPenaltyWeight = (gradSquared: number, size: number, { min, max }: Bounds): number =>
  Math.sqrt(gradSquared / size) / (usualExcess * (max - min));
