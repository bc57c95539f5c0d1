import { assert, assertNumber, show } from '../internal/assert.js';

/** One style, or several with their shares. */
export interface StyleList<T> {
  readonly style?: T;
  readonly styles?: readonly T[];
  readonly styleWeights?: readonly number[];
}

/** The styles that were given, each under the name by which an error calls it. */
export function givenStyles<T>(
  where: string,
  { style, styles, styleWeights }: StyleList<T>,
): [name: string, style: T][] {
  const both = style !== undefined && styles !== undefined;
  assert(!both, () => `${where}: give style or styles, not both; got style ${show(style)} and styles ${show(styles)}`);
  if (style === undefined) {
    assert(
      Array.isArray(styles) && styles.length > 0,
      () => `${where}: style must be given, or styles hold at least one; got styles ${show(styles)}`,
    );
    return styles.map((one, i) => [`styles[${i}]`, one]);
  }
  assert(
    styleWeights === undefined,
    () => `${where}: styleWeights belongs to styles; got one style and styleWeights ${show(styleWeights)}`,
  );
  return [['style', style]];
}

/** The shares of several styles in their mixture, which add up to 1: as given in any scale, or equal. */
export function styleShares(where: string, given: readonly number[] | undefined, count: number): number[] {
  const weights = given ?? Array.from({ length: count }, () => 1);
  assert(
    weights.length === count,
    () => `${where}: styleWeights must have one number for each of ${count} styles; got ${show(weights)}`,
  );
  weights.forEach((weight, i) => assertNumber(where, `styleWeights[${i}]`, weight, { min: 0 }));
  const sum = weights.reduce((a, b) => a + b, 0);
  assert(sum > 0, () => `${where}: styleWeights must not all be 0; got ${show(weights)}`);
  return weights.map((weight) => weight / sum);
}
