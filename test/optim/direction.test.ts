import { describe, expect, it } from 'vitest';
import { compactDirection } from '../../src/optim/direction';
import { appendPair, newestPairs, noPairs, type PairProducts } from '../../src/optim/pairProducts';
import { randomNumbers, relativeL2 } from '../_setup/compare';

type Vector = number[];
interface Pair {
  s: Vector;
  y: Vector;
}
const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const axpy = (factor: number, a: Vector, b: Vector): Vector => b.map((value, i) => value + factor * a[i]!);

/** Steps of random directions on a random convex quadratic: `y = A s` with A symmetric and positive definite. */
function randomPairs(n: number, count: number, seed: number): { pairs: Pair[]; gradient: Vector } {
  const next = randomNumbers(seed);
  const random = (): Vector => Array.from({ length: n }, () => next() - 0.5);
  const diagonal = Array.from({ length: n }, () => 10 ** (3 * next()));
  const low = [random(), random()];
  const A = (v: Vector): Vector =>
    low.reduce(
      (sum, u) => axpy(dot(u, v), u, sum),
      v.map((value, i) => value * diagonal[i]!),
    );
  const pairs = Array.from({ length: count }, () => {
    const s = random();
    return { s, y: A(s) };
  });
  return { pairs, gradient: random() };
}

/** The products as `lbfgs` accumulates them, pair by pair. */
function productsOf(pairs: Pair[], gradient: Vector, capacity: number): PairProducts {
  let products = noPairs;
  pairs.forEach(({ s, y }, k) => {
    const older = pairs.slice(Math.max(0, k - products.xDiffGradient.length), k);
    const appended = appendPair(products, {
      xDiffsGradDiff: older.map((pair) => dot(pair.s, y)),
      gradDiffsGradDiff: older.map((pair) => dot(pair.y, y)),
      xDiffGradDiff: dot(s, y),
      gradDiffSquared: dot(y, y),
      xDiffGradient: dot(s, gradient),
      gradDiffGradient: dot(y, gradient),
    });
    products = newestPairs(appended, capacity);
  });
  return products;
}

function compact(pairs: Pair[], gradient: Vector, capacity: number): { direction: Vector; slope: number } {
  const coefficients = compactDirection(productsOf(pairs, gradient, capacity), dot(gradient, gradient));
  let direction = gradient.map((value) => coefficients.gradient * value);
  pairs.slice(-capacity).forEach(({ s, y }, i) => {
    direction = axpy(coefficients.xDiff[i]!, s, direction);
    direction = axpy(coefficients.gradDiff[i]!, y, direction);
  });
  return { direction, slope: coefficients.slope };
}

/** Nocedal and Wright, Algorithm 7.4. */
function twoLoop(pairs: Pair[], gradient: Vector): Vector {
  let q = gradient;
  const alphas = [...pairs].reverse().map(({ s, y }) => {
    const alpha = dot(s, q) / dot(s, y);
    q = axpy(-alpha, y, q);
    return alpha;
  });
  const { s, y } = pairs.at(-1)!;
  const gamma = dot(s, y) / dot(y, y);
  let r = q.map((value) => gamma * value);
  pairs.forEach((pair, i) => {
    const beta = dot(pair.y, r) / dot(pair.s, pair.y);
    r = axpy(alphas[pairs.length - 1 - i]! - beta, pair.s, r);
  });
  return r.map((value) => -value);
}

/** The inverse matrix, updated in full: `H <- (I - rho s y') H (I - rho y s') + rho s s'`. */
function denseBfgs(pairs: Pair[], gradient: Vector): Vector {
  const n = gradient.length;
  const { s, y } = pairs.at(-1)!;
  const gamma = dot(s, y) / dot(y, y);
  let H = gradient.map((_, i) => gradient.map((_, j) => (i === j ? gamma : 0)));
  for (const { s, y } of pairs) {
    const rho = 1 / dot(s, y);
    const left = s.map((si, i) => y.map((yj, j) => (i === j ? 1 : 0) - rho * si * yj));
    const half = left.map((row) => gradient.map((_, j) => row.reduce((sum, value, k) => sum + value * H[k]![j]!, 0)));
    H = half.map((row, i) => Array.from({ length: n }, (_, j) => dot(row, left[j]!) + rho * s[i]! * s[j]!));
  }
  return H.map((row) => -dot(row, gradient));
}

describe('compactDirection', () => {
  it('compactDirection(noPairs) is the negative gradient', () => {
    expect(compactDirection(noPairs, 9)).toEqual({ gradient: -1, xDiff: [], gradDiff: [], slope: -9 });
  });

  it('compactDirection(pairs) is that of one pair worked out by hand', () => {
    // s = (1, 0), y = (2, 0), g = (1, 1): gamma = 1/2, H = diag(1/2, 1/2).
    const { direction, slope } = compact([{ s: [1, 0], y: [2, 0] }], [1, 1], 5);
    expect(direction).toEqual([-0.5, -0.5]);
    expect(slope).toBe(-1);
  });

  it.each([
    [1, 1],
    [3, 2],
    [3, 3],
    [3, 8],
    [10, 10],
    [10, 25],
  ])('compactDirection(pairs) equals the two-loop recursion, history %i, %i pairs so far', (capacity, count) => {
    const { pairs, gradient } = randomPairs(500, count, 11 * capacity + count);
    const expected = twoLoop(pairs.slice(-capacity), gradient);
    const { direction, slope } = compact(pairs, gradient, capacity);
    expect(relativeL2(direction, expected)).toBeLessThan(1e-9);
    expect(slope / dot(gradient, expected)).toBeCloseTo(1, 9);
  });

  it.each([
    [1, 3],
    [4, 4],
    [4, 9],
  ])('compactDirection(pairs) equals the dense BFGS matrix, history %i, %i pairs so far', (capacity, count) => {
    const { pairs, gradient } = randomPairs(30, count, 5 + count);
    const { direction } = compact(pairs, gradient, capacity);
    expect(relativeL2(direction, denseBfgs(pairs.slice(-capacity), gradient))).toBeLessThan(1e-9);
  });

  it('compactDirection(pairs) is the Newton direction once the pairs span the space', () => {
    // f = 1/2 (x0^2 + 100 x1^2); conjugate steps along the axes determine the inverse Hessian.
    const pairs = [
      { s: [1, 0], y: [1, 0] },
      { s: [0, 1], y: [0, 100] },
    ];
    const { direction } = compact(pairs, [3, 50], 10);
    expect(relativeL2(direction, [-3, -0.5])).toBeLessThan(1e-14);
  });
});
