import { type Numbers, add, dot } from './arrays';
import type { ValueGrad } from './losses';

/**
 * L-BFGS in float64 by the two loops of the textbook (Nocedal & Wright, algorithm 7.4), steps of length 1, the first one of
 * `min(1, 1 / |g|_1)`: what `lbfgs` does with `lineSearch: 'none'` and `initialStep: 'torch'`.
 */
export function minimise(objective: (x: Numbers) => ValueGrad, start: Numbers, steps: number): Float64Array {
  let x: Float64Array = Float64Array.from(start);
  let { grad } = objective(x);
  const pairs: { s: Float64Array; y: Float64Array }[] = [];
  for (let step = 0; step < steps; step++) {
    let direction: Float64Array = grad.map((slope) => -slope);
    const shares = new Array<number>(pairs.length);
    for (let i = pairs.length - 1; i >= 0; i--) {
      const { s, y } = pairs[i]!;
      shares[i] = dot(s, direction) / dot(s, y);
      direction = add(direction, y, -shares[i]!);
    }
    const newest = pairs.at(-1);
    if (newest !== undefined) {
      const scale = dot(newest.s, newest.y) / dot(newest.y, newest.y);
      direction = direction.map((value) => scale * value);
    }
    for (const [i, { s, y }] of pairs.entries())
      direction = add(direction, s, shares[i]! - dot(y, direction) / dot(s, y));
    const length = step === 0 ? Math.min(1, 1 / grad.reduce((sum, slope) => sum + Math.abs(slope), 0)) : 1;
    const next = add(x, direction, length);
    const slopes = objective(next).grad;
    pairs.push({ s: add(next, x, -1), y: add(slopes, grad, -1) });
    [x, grad] = [next, slopes];
  }
  return x;
}
