import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Size } from '../internal/size.js';

/* Cutting pictures into overlapping tiles, and enlarging them by reflection. Sides are in pixels. */

/** Part of a picture. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** `length` in even parts of at most about `longest`, each beginning at a multiple of `stride`. The last takes what is over. */
function spans(length: number, longest: number, stride: number): { begin: number; size: number }[] {
  const cells = Math.max(1, Math.floor(length / stride));
  const count = Math.min(cells, Math.ceil(length / longest));
  const begins = Array.from({ length: count }, (_, i) => Math.floor((i * cells) / count) * stride);
  return begins.map((begin, i) => ({ begin, size: (begins[i + 1] ?? length) - begin }));
}

/** The tiles of a picture, row by row. */
export function tilesOf([height, width]: Size, tileSize: number, stride: number): Rectangle[][] {
  return spans(height, tileSize, stride).map((row) =>
    spans(width, tileSize, stride).map((column) => ({
      top: row.begin,
      left: column.begin,
      height: row.size,
      width: column.size,
    })),
  );
}

/** A rectangle with `margin` more on each side, as far as the picture goes. */
export function grow({ top, left, height, width }: Rectangle, margin: number, [h, w]: Size): Rectangle {
  const [newTop, newLeft] = [Math.max(0, top - margin), Math.max(0, left - margin)];
  return {
    top: newTop,
    left: newLeft,
    height: Math.min(h, top + height + margin) - newTop,
    width: Math.min(w, left + width + margin) - newLeft,
  };
}

/** A rectangle of the picture, all multiples of the stride, among the features. */
export const shrink = ({ top, left, height, width }: Rectangle, stride: number): Rectangle => ({
  top: top / stride,
  left: left / stride,
  height: height / stride,
  width: width / stride,
});

/** The part of `x` under a rectangle; a new tensor even where that is all of it. */
export function crop(x: Tensor4D, { top, left, height, width }: Rectangle): Tensor4D {
  const [b, h, w, c] = x.shape;
  if (height === h && width === w) return tf.clone(x);
  return tf.slice(x, [0, top, left, 0], [b, height, width, c]);
}

/** Tiles of one tensor, row by row, put together; a new tensor. */
export const assemble = (tiles: Tensor4D[][]): Tensor4D =>
  tf.tidy(() => {
    const rows = tiles.map((row) => (row.length === 1 ? row[0]! : tf.concat(row, 2)));
    return rows.length === 1 ? tf.clone(rows[0]!) : tf.concat(rows, 1);
  });

/** 0, 1, ..., n - 1, n - 2, ..., 1, 0, 1, ...: a line and its mirror images. */
function mirrored(n: number, length: number): number[] {
  const period = Math.max(1, 2 * (n - 1));
  return Array.from({ length }, (_, i) => Math.min(i % period, period - (i % period)) % n);
}

/** Cuts `x` at the bottom and right, or continues it there by mirror images: any size from any size. A new tensor. */
export function fitByReflection(x: Tensor4D, [height, width]: Size): Tensor4D {
  return tf.tidy(() => {
    const [, h, w] = x.shape;
    const cut = crop(x, { top: 0, left: 0, height: Math.min(h, height), width: Math.min(w, width) });
    const tall = height > h ? tf.gather(cut, tf.tensor1d(mirrored(h, height), 'int32'), 1) : cut;
    return width > w ? tf.gather(tall, tf.tensor1d(mirrored(w, width), 'int32'), 2) : tall;
  });
}
