import type { PairProducts } from './pairProducts.js';

/*
 * The m x m algebra of L-BFGS in compact form, in float64 on the host. From the papers' letters to words:
 *   s = xDiff, y = gradDiff, g = gradient, S'Y = xDiffGradDiff, Y'Y = gradDiffGradDiff, S'g = xDiffGradient, Y'g = gradDiffGradient.
 */

/** `direction = gradient * g + sum_i xDiff[i] * s_i + sum_i gradDiff[i] * y_i`. */
export interface Coefficients {
  readonly gradient: number;
  readonly xDiff: readonly number[];
  readonly gradDiff: readonly number[];
  /** `g . direction`, as the products predict it. */
  readonly slope: number;
}

const sumOver = (count: number, term: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
};

/**
 * `-H g` with H the inverse BFGS matrix of the pairs started from `gamma I`, `gamma = s.y / y.y` of the newest pair:
 * `H = gamma I + [S, gamma Y] [[R^-T (D + gamma Y'Y) R^-1, -R^-T], [-R^-1, 0]] [S, gamma Y]'`, R the upper triangle of S'Y and
 * D its diagonal (Byrd, Nocedal, Schnabel 1994, eq. 3.1).
 */
export function compactDirection(pairs: PairProducts, gradSquared: number): Coefficients {
  const R = pairs.xDiffGradDiff;
  const YY = pairs.gradDiffGradDiff;
  const count = R.length;
  if (count === 0) return { gradient: -1, xDiff: [], gradDiff: [], slope: -gradSquared };
  const gamma = R[count - 1]![count - 1]! / YY[count - 1]![count - 1]!;

  const u = new Array<number>(count).fill(0); // R u = S'g
  for (let i = count - 1; i >= 0; i--) {
    const known = sumOver(count - 1 - i, (k) => R[i]![i + 1 + k]! * u[i + 1 + k]!);
    u[i] = (pairs.xDiffGradient[i]! - known) / R[i]![i]!;
  }
  const p = new Array<number>(count).fill(0); // R' p = (D + gamma Y'Y) u - gamma Y'g
  for (let i = 0; i < count; i++) {
    const w = R[i]![i]! * u[i]! + gamma * (sumOver(count, (j) => YY[i]![j]! * u[j]!) - pairs.gradDiffGradient[i]!);
    p[i] = (w - sumOver(i, (k) => R[k]![i]! * p[k]!)) / R[i]![i]!;
  }
  return {
    gradient: -gamma,
    xDiff: p.map((value) => -value),
    gradDiff: u.map((value) => gamma * value),
    slope:
      -sumOver(count, (i) => p[i]! * pairs.xDiffGradient[i]! - gamma * u[i]! * pairs.gradDiffGradient[i]!) -
      gamma * gradSquared,
  };
}
