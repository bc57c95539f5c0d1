import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, show } from './assert.js';

/** Sides of a picture or of features. */
export type Size = readonly [height: number, width: number];

/** Those of a batch. */
export const sizeOf = ({ shape: [, h, w] }: Tensor4D): Size => [h, w];

/** As many whole numbers of at least 1 as `names` says, such as `['b', 'h', 'w', '3']`. */
export function assertSides(where: string, argument: string, value: unknown, names: readonly string[]): void {
  assert(
    Array.isArray(value) &&
      value.length === names.length &&
      value.every((side) => Number.isInteger(side) && (side as number) >= 1),
    () => `${where}: ${argument} must be [${names.join(', ')}], whole numbers of at least 1; got ${show(value)}`,
    ShapeError,
  );
}

/** A size, from JavaScript too. */
export function assertSize(where: string, argument: string, size: unknown): void {
  assertSides(where, argument, size, ['height', 'width']);
}
