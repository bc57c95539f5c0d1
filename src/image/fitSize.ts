import { assert, assertNoOthers, assertNumber } from '../internal/assert.js';
import { assertSize } from '../internal/size.js';

/** Options of {@link fitSize}: at most one of `longSide`, `shortSide` and `pixels`. */
export interface FitOptions {
  /** Length of the longer side. */
  readonly longSide?: number;
  /** Length of the shorter side. */
  readonly shortSide?: number;
  /** Area: height times width, met as closely as whole sides allow. */
  readonly pixels?: number;
  /** Both sides become the nearest multiple of this, and at least once it. @defaultValue 1 */
  readonly multipleOf?: number;
}

/**
 * The size with the proportions of `[height, width]` that has a side or an area of the given length. Enlarges as well as
 * shrinks. With none of the three lengths only `multipleOf` acts.
 *
 * @returns `[height, width]`, whole numbers of at least 1.
 * @throws ShapeError if `size` is no pair of whole numbers of at least 1; StyleError if a length is out of range or more than one length is given.
 *
 * @example
 * ```ts
 * import { fitSize } from 'pastiche/image';
 *
 * console.log(fitSize([3000, 4000], { longSide: 512 })); // => [384, 512]
 * console.log(fitSize([300, 500], { shortSide: 100, multipleOf: 16 })); // => [96, 160]
 * ```
 */
export function fitSize(size: readonly [number, number], options: FitOptions = {}): [height: number, width: number] {
  assertSize('fitSize', 'size', size);
  const [height, width] = size;
  const { longSide, shortSide, pixels, multipleOf = 1, ...others } = options;
  assertNoOthers('fitSize', others);
  const whole = { integer: true, min: 1 };
  assertNumber('fitSize', 'multipleOf', multipleOf, whole);
  const lengths = Object.entries({ longSide, shortSide, pixels }).filter(([, length]) => length !== undefined);
  assert(
    lengths.length <= 1,
    () => `fitSize: give one of longSide, shortSide and pixels; got ${lengths.map(([name]) => name).join(' and ')}`,
  );
  for (const [name, length] of lengths) assertNumber('fitSize', name, length, whole);

  let scale = 1;
  if (longSide !== undefined) scale = longSide / Math.max(height, width);
  else if (shortSide !== undefined) scale = shortSide / Math.min(height, width);
  else if (pixels !== undefined) scale = Math.sqrt(pixels / (height * width));
  const fit = (side: number): number => Math.max(1, Math.round((side * scale) / multipleOf)) * multipleOf;
  return [fit(height), fit(width)];
}
