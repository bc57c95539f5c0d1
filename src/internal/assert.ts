import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError, StyleError } from '../errors.js';

/** Throws unless `condition` holds. The message is only built when it is needed. */
export function assert(
  condition: boolean,
  message: () => string,
  ErrorClass: new (text: string) => StyleError = StyleError,
): asserts condition {
  if (!condition) throw new ErrorClass(message());
}

const isTensor = (x: unknown): x is Tensor => {
  const { dataId, shape } = (x ?? {}) as Partial<Tensor>;
  return dataId !== undefined && Array.isArray(shape);
};

/** A value as it may stand in a message: short, whatever it is. */
export function show(value: unknown): string {
  if (isTensor(value)) return `a ${value.dtype} tensor of shape [${value.shape.join(', ')}]`;
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(show).join(', ')}${value.length > 8 ? ', ...' : ''}]`;
  if (typeof value === 'object' && value !== null)
    return `an object with {${Object.keys(value).slice(0, 8).join(', ')}}`;
  return String(value);
}

/** A living float32 tensor of the given rank, no side of it empty. */
export function assertTensor(where: string, argument: string, x: Tensor, rank: number, shape: string): void {
  const fits = isTensor(x) && x.rank === rank && x.dtype === 'float32';
  const problem = !fits ? '' : x.isDisposed ? ', already disposed' : x.size === 0 ? ', a side of length 0' : undefined;
  assert(
    problem === undefined,
    () => `${where}: ${argument} must be a float32 tensor ${shape}; got ${show(x)}${problem}`,
    ShapeError,
  );
}

/** A batch of feature maps `[b, h, w, c]`. */
export function assertFeatures(where: string, argument: string, x: Tensor): void {
  assertTensor(where, argument, x, 4, '[b, h, w, c]');
}

/** A batch of RGB pictures `[b, h, w, 3]`. */
export function assertImage(where: string, argument: string, x: Tensor): void {
  assertTensor(where, argument, x, 4, '[b, h, w, 3] of RGB values in 0..1');
  assert(
    x.shape[3] === 3,
    () => `${where}: ${argument} must have 3 channels (RGB), [b, h, w, 3]; got ${show(x)}`,
    ShapeError,
  );
}

/** Two tensors of one shape. */
export function assertSameShape(where: string, nameA: string, a: Tensor, nameB: string, b: Tensor): void {
  assert(
    a.shape.length === b.shape.length && a.shape.every((side, i) => side === b.shape[i]),
    () => `${where}: ${nameA} [${a.shape.join(', ')}] and ${nameB} [${b.shape.join(', ')}] must have equal shapes`,
    ShapeError,
  );
}

/** A tensor of exactly this shape. */
export function assertShape(where: string, argument: string, { shape }: Tensor, expected: readonly number[]): void {
  assert(
    shape.length === expected.length && shape.every((side, i) => side === expected[i]),
    () => `${where}: ${argument} must have the shape [${expected.join(', ')}]; got [${shape.join(', ')}]`,
    ShapeError,
  );
}

/** What is left of the options when all that are known have been taken out: nothing, unless a name is misspelt. */
export function assertNoOthers(where: string, others: Readonly<Record<string, never>>): void {
  const [name] = Object.keys(others);
  assert(name === undefined, () => `${where}: there is no option ${show(name)}`);
}

/** One of the values that the option's type lists. */
export function assertOneOf<T extends string | number>(
  where: string,
  option: string,
  value: unknown,
  known: readonly T[],
): asserts value is T {
  assert(
    known.includes(value as T),
    () => `${where}: ${option} must be one of ${known.map(show).join(', ')}; got ${show(value)}`,
  );
}

/** A finite number in `min..max`, whole if asked. `Infinity` passes where `max` is `Infinity` and `infinite` is set. */
export function assertNumber(
  where: string,
  option: string,
  value: unknown,
  limits: { min?: number; max?: number; integer?: boolean; infinite?: boolean } = {},
): asserts value is number {
  const { min = -Infinity, max = Infinity, integer = false, infinite = false } = limits;
  const fits =
    typeof value === 'number' &&
    (Number.isFinite(value) || (infinite && value === Infinity)) &&
    value >= min &&
    value <= max &&
    (!integer || value === Infinity || Number.isInteger(value));
  assert(fits, () => {
    const kind = integer ? 'a whole number' : 'a number';
    const atLeast = min > -Infinity ? ` of at least ${min}` : '';
    const above = min === Number.MIN_VALUE ? ' above 0' : atLeast;
    const range = max < Infinity ? ` in ${min}..${max}` : above;
    return `${where}: ${option} must be ${kind}${range}; got ${show(value)}`;
  });
}
