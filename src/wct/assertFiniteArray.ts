import { assert, show } from '../internal/assert.js';

const describe = (values: unknown): string =>
  ArrayBuffer.isView(values) && 'length' in values
    ? `${values.constructor.name}(${String(values.length)})`
    : show(values);

/** An array of finite numbers of the given length. */
export function assertFiniteArray(where: string, argument: string, values: Float64Array, length: number): void {
  assert(
    values instanceof Float64Array && values.length === length,
    () => `${where}: ${argument} must be a Float64Array of ${length} numbers; got ${describe(values)}`,
  );
  const bad = values.findIndex((value) => !Number.isFinite(value));
  assert(bad < 0, () => `${where}: ${argument} must hold finite numbers; got ${show(values[bad])} at index ${bad}`);
}
