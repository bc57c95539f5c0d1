import { assert, assertNumber, show } from '../internal/assert.js';
import type { Moments } from './momentsType.js';

/** An array of finite numbers of the given length. */
export function assertFiniteArray(where: string, argument: string, values: Float64Array, length: number): void {
  assert(
    values instanceof Float64Array && values.length === length,
    () => `${where}: ${argument} must be a Float64Array of ${length} numbers; got ${describe(values)}`,
  );
  const bad = values.findIndex((value) => !Number.isFinite(value));
  assert(bad < 0, () => `${where}: ${argument} must hold finite numbers; got ${show(values[bad])} at index ${bad}`);
}

const describe = (values: unknown): string =>
  ArrayBuffer.isView(values) && 'length' in values
    ? `${values.constructor.name}(${String(values.length)})`
    : show(values);

/** Plain moments, as {@link featureMoments} makes them. */
export function assertMoments(where: string, argument: string, moments: Moments): void {
  assert(
    typeof moments === 'object' && 'covariance' in moments,
    () => `${where}: ${argument} must be moments from featureMoments; got ${show(moments)}`,
  );
  const { channels, count, weightSum, squaredWeightSum, mean, covariance } = moments;
  assertNumber(where, `${argument}.channels`, channels, { min: 1, integer: true });
  assertNumber(where, `${argument}.count`, count, { min: 0, integer: true });
  assertNumber(where, `${argument}.weightSum`, weightSum, { min: 0 });
  assertNumber(where, `${argument}.squaredWeightSum`, squaredWeightSum, { min: 0 });
  assertFiniteArray(where, `${argument}.mean`, mean, channels);
  assertFiniteArray(where, `${argument}.covariance`, covariance, channels * channels);
}
