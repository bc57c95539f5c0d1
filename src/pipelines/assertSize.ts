import { ShapeError } from '../errors.js';
import { assert, assertNumber, show } from '../internal/assert.js';

/** `[height, width]`, from JavaScript too. */
export function assertSize(where: string, argument: string, size: unknown): void {
  assert(
    Array.isArray(size) && size.length === 2,
    () => `${where}: ${argument} must be [height, width]; got ${show(size)}`,
    ShapeError,
  );
  for (const side of size as unknown[]) assertNumber(where, argument, side, { integer: true, min: 1 });
}
