import { assertNumber } from '../internal/assert.js';
import type { Size } from '../internal/size.js';
import type { AutoencoderOutline } from '../models/index.js';

/**
 * Keeps a picture of 2048x2048 below 1.5 GB with networks of VGG's width too. Larger tiles have less margin that is computed twice,
 * and need memory by their area.
 */
export const defaultTileSize = 768;

/** Sides that every level can halve as often as it wants, and at least two positions of the deepest one. */
export function cascadeSize([h, w]: Size, levels: readonly Pick<AutoencoderOutline, 'stride'>[]): Size {
  const square = Math.max(...levels.map(({ stride }) => stride));
  const enough = (side: number): number => Math.max(2, Math.ceil(side / square)) * square;
  return [enough(h), enough(w)];
}

/** Smaller tiles than this would be all margin. */
export function assertTileSize(where: string, tileSize: number): void {
  assertNumber(where, 'tileSize', tileSize, { integer: true, min: 64 });
}
