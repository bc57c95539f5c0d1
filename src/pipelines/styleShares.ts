import { assert, assertNumber, show } from '../internal/assert.js';

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
