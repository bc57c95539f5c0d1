import { show } from '../../internal/assert.js';

/** A count: a whole number >= 0 that a double holds exactly. */
export const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether `value` can be the shape of an array: whole sides >= 0, not too many, and a count of elements that a number can hold. */
export function isShape(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length > 16) return false;
  return value.every(isSize) && isSize(elements(value));
}

/** The number of elements of an array of this shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** A value from a file as it may stand in a message: never deep, never long. */
export function showData(value: unknown): string {
  const deep = Array.isArray(value) && value.some((item) => typeof item === 'object');
  return deep ? `a list of ${value.length}` : show(value).slice(0, 200);
}

/** Some names for a message, shortened. */
export function listNames(names: Iterable<string>, most = 8): string {
  const all = [...names];
  const shown = all.slice(0, most).map((name) => `'${name.slice(0, 60)}'`);
  if (all.length > most) shown.push(`... (${all.length} in all)`);
  return shown.length === 0 ? 'none' : shown.join(', ');
}
