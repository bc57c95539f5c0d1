import type { Shape } from '../shapes.js';

/** Red, green and blue, `[size, size, 3]` in row-major order. */
export interface Picture {
  readonly size: number;
  readonly rgb: Float32Array;
}

/** Writes the color of a place into `into[0..2]`. Nothing is allocated: it runs for every pixel. */
export type Paint = (x: number, y: number, into: Float32Array) => void;

export const picture = (size: number): Picture => ({ size, rgb: new Float32Array(size * size * 3) });

/** Paints every pixel. */
export function cover({ size, rgb }: Picture, paint: Paint): void {
  const color = new Float32Array(3);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      paint(x, y, color);
      rgb[at] = color[0]!;
      rgb[at + 1] = color[1]!;
      rgb[at + 2] = color[2]!;
    }
  }
}

/** Puts a color over one pixel. */
export function blend({ rgb }: Picture, at: number, color: Float32Array, opacity: number): void {
  rgb[at] = rgb[at]! + (color[0]! - rgb[at]!) * opacity;
  rgb[at + 1] = rgb[at + 1]! + (color[1]! - rgb[at + 1]!) * opacity;
  rgb[at + 2] = rgb[at + 2]! + (color[2]! - rgb[at + 2]!) * opacity;
}

/** Fills a shape. Its edge is `softness` pixels wide: 1 is sharp without jags. */
export function fill(target: Picture, shape: Shape, paint: Paint, opacity = 1, softness = 1): void {
  const { size } = target;
  const [left, top, right, bottom] = shape.bounds;
  const margin = softness / 2;
  const lastRow = Math.min(size - 1, Math.ceil(bottom + margin));
  const lastColumn = Math.min(size - 1, Math.ceil(right + margin));
  const color = new Float32Array(3);
  for (let y = Math.max(0, Math.floor(top - margin)); y <= lastRow; y++) {
    for (let x = Math.max(0, Math.floor(left - margin)); x <= lastColumn; x++) {
      const coverage = 0.5 - shape.distance(x, y) / softness;
      if (coverage <= 0) continue;
      paint(x, y, color);
      blend(target, (y * size + x) * 3, color, opacity * Math.min(1, coverage));
    }
  }
}

/** The color of a picture at a place, its border repeated. */
export function colorAt({ size, rgb }: Picture, x: number, y: number, into: Float32Array): void {
  const column = Math.min(size - 1, Math.max(0, Math.round(x)));
  const row = Math.min(size - 1, Math.max(0, Math.round(y)));
  const at = (row * size + column) * 3;
  into[0] = rgb[at]!;
  into[1] = rgb[at + 1]!;
  into[2] = rgb[at + 2]!;
}
