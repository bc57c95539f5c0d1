import type { RandomNumbers } from '../../src/internal/randomNumbers.js';
import { clamp, lerp, scale, type Color } from './color.js';
import { valueNoise } from './noise.js';

/** Paint that has a thickness: `[rows, columns]` colors and heights. Coordinates are in units of `scale` samples. */
export interface Relief {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly columns: number;
  readonly rows: number;
  readonly color: Float32Array;
  readonly thickness: Float32Array;
}

/** Where the brush goes at a place: any vector, only its direction counts. */
export type FlowField = (x: number, y: number) => readonly [number, number];

/** A canvas primed with one color. */
export function relief(width: number, height: number, samples: number, ground: Color): Relief {
  const [columns, rows] = [width * samples, height * samples];
  const color = new Float32Array(columns * rows * 3);
  for (let i = 0; i < color.length; i++) color[i] = ground[i % 3]!;
  return { width, height, scale: samples, columns, rows, color, thickness: new Float32Array(columns * rows) };
}

export interface Stroke {
  readonly x: number;
  readonly y: number;
  readonly length: number;
  readonly width: number;
  readonly color: Color;
  /** How much paint is on the brush. */
  readonly load: number;
}

/** One stroke of a bristle brush along the flow, half of its length to either side of its middle. */
function paintStroke(target: Relief, flow: FlowField, stroke: Stroke, seed: number): void {
  const { columns, rows, scale: samples, color, thickness } = target;
  const step = 0.6 / samples;
  const half = stroke.width / 2;
  // Back along the flow to the start first.
  let [x, y] = [stroke.x, stroke.y];
  const move = (by: number): readonly [number, number] => {
    const [u, v] = flow(x, y);
    const length = Math.hypot(u, v) || 1;
    x += (by * u) / length;
    y += (by * v) / length;
    return [u / length, v / length];
  };
  for (let s = 0; s < stroke.length / 2; s += 1) move(-1);
  for (let s = 0; s < stroke.length; s += step) {
    const [u, v] = move(step);
    const along = s / stroke.length;
    // The brush comes down round and lifts off ragged.
    const taper = Math.sqrt(clamp(along * 9)) * Math.sqrt(clamp((1 - along) * 5 + 0.15));
    for (let across = -half; across <= half; across += step) {
      const q = across / half;
      const bristle = valueNoise(across * 2.1 + 50, s * 0.035, seed);
      const rim = 1 - Math.abs(q) ** 3;
      if (Math.abs(q) > taper || bristle < 0.55 * (1 - rim) + 0.5 * clamp(along - 0.72) * 2.2) continue;
      const column = Math.floor((x - v * across) * samples);
      const row = Math.floor((y + u * across) * samples);
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const at = row * columns + column;
      const streak = 0.82 + 0.36 * bristle;
      for (let c = 0; c < 3; c++) color[at * 3 + c] = lerp(color[at * 3 + c]!, stroke.color[c]! * streak, 0.93);
      // Paint is pushed to the sides and piles up at the end.
      const pile = 0.55 + 0.6 * q * q * rim * 2 + 0.5 * along ** 4;
      thickness[at] = 0.3 * thickness[at]! + stroke.load * pile * (0.35 + bristle);
    }
  }
}

/** Covers everything with strokes on a jittered grid, in random order. `describe` says what each one is like. */
export function paintLayer(
  target: Relief,
  random: RandomNumbers,
  flow: FlowField,
  spacing: number,
  describe: (x: number, y: number) => Omit<Stroke, 'x' | 'y'> | undefined,
): void {
  const places: [number, number, number][] = [];
  for (let y = -spacing; y < target.height + spacing; y += spacing) {
    for (let x = -spacing; x < target.width + spacing; x += spacing) {
      places.push([
        x + spacing * 1.2 * (random.uniform() - 0.5),
        y + spacing * 1.2 * (random.uniform() - 0.5),
        random.uniform(),
      ]);
    }
  }
  places.sort((a, b) => a[2] - b[2]);
  places.forEach(([x, y], i) => {
    const stroke = describe(x, y);
    if (stroke !== undefined) paintStroke(target, flow, { x, y, ...stroke }, i);
  });
}

/** The painting under light from the upper left: ridges of paint shine and throw shadows. Averaged to `[height, width, 3]`. */
export function light(target: Relief, strength: number): Float32Array {
  const { width, height, scale: samples, columns, rows, color, thickness } = target;
  const rgb = new Float32Array(width * height * 3);
  const heightAt = (row: number, column: number): number =>
    thickness[clamp(row, 0, rows - 1) * columns + clamp(column, 0, columns - 1)]!;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const dx = heightAt(row, column + 1) - heightAt(row, column - 1);
      const dy = heightAt(row + 1, column) - heightAt(row - 1, column);
      const slope = strength * (0.7 * dx + 0.7 * dy);
      const shade = clamp(1 + 0.55 * slope, 0.55, 1.4);
      const shine = 0.35 * clamp(slope - 0.35) ** 2;
      const at = row * columns + column;
      const into = (Math.floor(row / samples) * width + Math.floor(column / samples)) * 3;
      const lit = scale([color[at * 3]!, color[at * 3 + 1]!, color[at * 3 + 2]!], shade);
      for (let c = 0; c < 3; c++) rgb[into + c] = rgb[into + c]! + clamp(lit[c]! + shine) / (samples * samples);
    }
  }
  return rgb;
}
