/* Numbers from numbers: nothing here measures. */

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** Some measurements of the same thing. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** Median and spread. The spread is that of all values: with three to five of them nothing finer means anything. */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), count: values.length };
}

/**
 * The exponent `p` of `y = a x^p` that fits best: the slope of a straight line through the logarithms, by least squares.
 * NaN for fewer than two different `x`.
 */
export function fittedExponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (i: 0 | 1): number => logs.reduce((sum, log) => sum + log[i], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const along = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const square = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return along / square;
}
