/** An object that a hook has made. */
export interface PickleObject {
  readonly kind: string;
}
/** A function of our own that stands for one of Python's. */
export type PickleFunction = (args: PickleValue[]) => PickleValue;
export type PickleDict = Map<PickleValue, PickleValue>;
/** What a pickle can hold: tuples and lists are arrays, dicts are Maps. Objects and functions come from hooks alone. */
export type PickleValue =
  null | boolean | number | bigint | string | Uint8Array | PickleValue[] | PickleDict | PickleObject | PickleFunction;

/** A value in a message. Not `show`: a pickle may hold cycles. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `a tuple or list of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (typeof value === 'object' || typeof value === 'function') return 'an object';
  return typeof value === 'string' ? `'${value.slice(0, 60)}'` : String(value);
}
