import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, assertSameShape, show } from '../internal/assert.js';
import { valueAndGradOf } from '../internal/differentiable.js';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { Differentiable } from '../types.js';
import { type Bounds, clip } from './bounds.js';

/** The objective at one point. The caller owns the tensors. */
export interface Evaluated {
  readonly value: Scalar;
  /** Its gradient; with a penalty, the gradient of the sum of both. */
  readonly grad: Tensor;
  readonly parts: Tensor1D | undefined;
  /** `x - clip(x)`, where there is a penalty. */
  readonly excess: Tensor | undefined;
}

/**
 * Value and gradient at `x`. With `mode: 'clip'` of `f(clip(x))`, whose gradient is zero where `x` is outside; with a penalty
 * the gradient is that of `f(x) + weight / 2 |x - clip(x)|^2`, while `value` stays `f(x)`.
 */
export function evaluateObjective<T extends Tensor>(
  objective: Differentiable<T>,
  x: T,
  bounds: Bounds | undefined,
  penaltyWeight: number,
  owned: OwnedTensors,
): Evaluated {
  const where = 'lbfgs';
  const replaced = (old: Tensor, compute: () => Tensor): Tensor => {
    const result = owned.own(tf.tidy(compute));
    owned.dispose(old);
    return result;
  };
  const clipped = bounds?.mode === 'clip' ? owned.own(clip(x, bounds)) : undefined;
  const result = valueAndGradOf(where, objective, (clipped ?? x) as T);
  for (const tensor of [result.value, result.grad, result.parts]) if (tensor !== undefined) owned.own<Tensor>(tensor);
  let { grad }: { grad: Tensor } = result;
  assert(
    result.value.size === 1,
    () => `${where}: objective must return a scalar; got ${show(result.value)}`,
    ShapeError,
  );
  assertSameShape(where, "the objective's gradient", grad, 'x', x);
  if (clipped !== undefined) {
    grad = replaced(grad, () => tf.mul(grad, tf.cast(tf.equal(x, clipped), 'float32')));
    owned.dispose(clipped);
  }
  let excess: Tensor | undefined;
  if (bounds?.mode === 'penalty' && penaltyWeight > 0) {
    const outside = owned.own(tf.tidy(() => tf.sub(x, clip(x, bounds))));
    grad = replaced(grad, () => tf.add(grad, tf.mul(outside, penaltyWeight)));
    excess = outside;
  }
  return { value: result.value, grad, parts: result.parts, excess };
}
