import { assert } from '../internal/assert.js';
import type { AutoencoderOutline } from '../models/index.js';

/** What levels take of memory depends on how wide their networks are, which only their files tell. */
export function assertOutlines(where: string, levels: readonly AutoencoderOutline[]): void {
  const unknown = levels.filter(({ outline }) => outline === undefined).map(({ level }) => level);
  assert(
    unknown.length === 0,
    () =>
      `${where}: levels must be loaded, or come from autoencoderOutlines, to know what they take of memory; ` +
      `level ${unknown.join(', ')} is not`,
  );
}
