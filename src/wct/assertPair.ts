import { ShapeError } from '../errors.js';
import { assert, assertFeatures } from '../internal/assert.js';
import type { Features } from '../types.js';

/** Content and style features of one layer: any sizes, the same channels, one style or one per content. */
export function assertPair(where: string, content: Features, style: Features): void {
  assertFeatures(where, 'content', content);
  assertFeatures(where, 'style', style);
  const shapes = `content [${content.shape.join(', ')}] and style [${style.shape.join(', ')}]`;
  assert(content.shape[3] === style.shape[3], () => `${where}: ${shapes} must have the same channels`, ShapeError);
  assert(
    style.shape[0] === 1 || style.shape[0] === content.shape[0],
    () => `${where}: ${shapes} must have the same batch, or a single style`,
    ShapeError,
  );
}
