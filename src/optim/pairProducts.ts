/* Numbers of the history on the host, in float64. From the papers' letters to words: s = xDiff, y = gradDiff, g = gradient. */

/** Dot products of the pairs with each other and with the gradient, oldest pair first. Plain data. */
export interface PairProducts {
  /** `s_i . y_j` for `i <= j`; below the diagonal 0. */
  readonly xDiffGradDiff: readonly (readonly number[])[];
  /** `y_i . y_j`. */
  readonly gradDiffGradDiff: readonly (readonly number[])[];
  /** `s_i . g`. */
  readonly xDiffGradient: readonly number[];
  /** `y_i . g`. */
  readonly gradDiffGradient: readonly number[];
}

/** The dot products of a new pair with the older ones (oldest first), itself and the new gradient. */
export interface NewPair {
  readonly xDiffsGradDiff: readonly number[];
  readonly gradDiffsGradDiff: readonly number[];
  readonly xDiffGradDiff: number;
  readonly gradDiffSquared: number;
  readonly xDiffGradient: number;
  readonly gradDiffGradient: number;
}

export const noPairs: PairProducts = {
  xDiffGradDiff: [],
  gradDiffGradDiff: [],
  xDiffGradient: [],
  gradDiffGradient: [],
};

/** The products without the oldest pairs, so that at most `count` remain. */
export function newestPairs(pairs: PairProducts, count: number): PairProducts {
  const start = Math.max(0, pairs.xDiffGradient.length - count);
  const square = (rows: readonly (readonly number[])[]): number[][] => rows.slice(start).map((row) => row.slice(start));
  return {
    xDiffGradDiff: square(pairs.xDiffGradDiff),
    gradDiffGradDiff: square(pairs.gradDiffGradDiff),
    xDiffGradient: pairs.xDiffGradient.slice(start),
    gradDiffGradient: pairs.gradDiffGradient.slice(start),
  };
}

/** The products with one pair more. */
export function appendPair(pairs: PairProducts, added: NewPair): PairProducts {
  const zeros = pairs.xDiffGradient.map(() => 0);
  return {
    xDiffGradDiff: [
      ...pairs.xDiffGradDiff.map((row, i) => [...row, added.xDiffsGradDiff[i]!]),
      [...zeros, added.xDiffGradDiff],
    ],
    gradDiffGradDiff: [
      ...pairs.gradDiffGradDiff.map((row, i) => [...row, added.gradDiffsGradDiff[i]!]),
      [...added.gradDiffsGradDiff, added.gradDiffSquared],
    ],
    xDiffGradient: [...pairs.xDiffGradient, added.xDiffGradient],
    gradDiffGradient: [...pairs.gradDiffGradient, added.gradDiffGradient],
  };
}
