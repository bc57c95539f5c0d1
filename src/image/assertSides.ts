import { ShapeError } from '../errors.js';
import { assert, show } from '../internal/assert.js';

/** As many whole numbers of at least 1 as `names` says, such as `[height, width]`. */
export function assertSides(where: string, argument: string, value: unknown, names: readonly string[]): void {
  assert(
    Array.isArray(value) &&
      value.length === names.length &&
      value.every((side) => Number.isInteger(side) && (side as number) >= 1),
    () => `${where}: ${argument} must be [${names.join(', ')}], whole numbers of at least 1; got ${show(value)}`,
    ShapeError,
  );
}
