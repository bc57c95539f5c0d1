import { clamp, type Color } from './color.js';
import type { Shape } from './shapes.js';

/** A picture in the making: premultiplied RGBA. Coordinates are in units; each unit is `scale` samples wide. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly columns: number;
  readonly rows: number;
  readonly data: Float32Array;
}

/** What a shape is filled with: one color, or one for each place. */
export type Paint = Color | ((x: number, y: number) => Color);

/** A transparent canvas. A `scale` above 1 is averaged away by {@link toRgb}: fewer jags. */
export function canvas(width: number, height: number, scale = 2): Canvas {
  const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
  return { width, height, scale, columns, rows, data: new Float32Array(columns * rows * 4) };
}

/** Puts a color over one sample. */
export function blend({ data }: Canvas, sample: number, color: Color, opacity: number): void {
  const at = sample * 4;
  for (let c = 0; c < 3; c++) data[at + c] = data[at + c]! * (1 - opacity) + color[c]! * opacity;
  data[at + 3] = data[at + 3]! * (1 - opacity) + opacity;
}

/** Fills a shape. Its edge is as soft as `softness` units, and never harder than a sample. */
export function fill(target: Canvas, shape: Shape, paint: Paint, opacity = 1, softness = 0): void {
  const { columns, rows, scale } = target;
  const [left, top, right, bottom] = shape.bounds;
  const edge = Math.max(softness, 1 / scale);
  const from = (low: number): number => Math.max(0, Math.floor((low - edge) * scale));
  const to = (high: number, limit: number): number => Math.min(limit, Math.ceil((high + edge) * scale));
  for (let row = from(top); row < to(bottom, rows); row++) {
    for (let column = from(left); column < to(right, columns); column++) {
      const [x, y] = [(column + 0.5) / scale, (row + 0.5) / scale];
      const coverage = clamp(0.5 - shape.distance(x, y) / edge) * opacity;
      if (coverage <= 0) continue;
      blend(target, row * columns + column, typeof paint === 'function' ? paint(x, y) : paint, coverage);
    }
  }
}

/** Covers the whole canvas. `paint` may give an opacity as a fourth number. */
export function cover(
  target: Canvas,
  paint: (x: number, y: number) => readonly [number, number, number, number?],
): void {
  const { columns, rows, scale } = target;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [r, g, b, opacity = 1] = paint((column + 0.5) / scale, (row + 0.5) / scale);
      if (opacity > 0) blend(target, row * columns + column, [r, g, b], opacity);
    }
  }
}

/** The sample at a place, clamped to the border: color (not premultiplied by us) and opacity. */
export function sampleAt(source: Canvas, x: number, y: number): [number, number, number, number] {
  const column = clamp(Math.floor(x * source.scale), 0, source.columns - 1);
  const row = clamp(Math.floor(y * source.scale), 0, source.rows - 1);
  const at = (row * source.columns + column) * 4;
  const [r, g, b, a] = source.data.subarray(at, at + 4) as unknown as [number, number, number, number];
  return a > 0 ? [r / a, g / a, b / a, a] : [0, 0, 0, 0];
}

/** Puts a layer over a canvas of the same size. */
export function stack(target: Canvas, layer: Canvas): void {
  const [below, above] = [target.data, layer.data];
  for (let at = 0; at < below.length; at += 4) {
    const through = 1 - above[at + 3]!;
    for (let c = 0; c < 4; c++) below[at + c] = below[at + c]! * through + above[at + c]!;
  }
}

/** The finished picture: samples averaged to whole units, `[height, width, 3]`, cut to 0..1. */
export function toRgb({ width, height, scale, columns, data }: Canvas): Float32Array {
  const rgb = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < scale * scale; i++) {
          const [row, column] = [y * scale + Math.floor(i / scale), x * scale + (i % scale)];
          sum += data[(row * columns + column) * 4 + c]!;
        }
        rgb[(y * width + x) * 3 + c] = clamp(sum / (scale * scale));
      }
    }
  }
  return rgb;
}
