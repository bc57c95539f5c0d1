import { clamp } from '../../color.js';
import { hash } from '../../noise.js';
import type { Chance } from '../chance.js';
import { blend, colorAt, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';
import { tileAt } from '../tiles.js';

interface Brush {
  readonly width: number;
  readonly length: number;
  readonly opacity: number;
  /** How far the colors stray from those of the subject. */
  readonly stray: number;
  /** How much the bristles show. */
  readonly bristle: number;
}

/** One stroke along the flow. Each bristle leaves a streak; one side of the paint catches the light. */
function paintStroke(
  target: Picture,
  flow: (x: number, y: number) => number,
  brush: Brush,
  start: readonly [number, number],
  color: Float32Array,
  chance: Chance,
): void {
  const { size } = target;
  const half = brush.width / 2;
  const seed = chance.whole(1, 1e6);
  let [x, y] = start;
  const streak = new Float32Array(3);
  for (let along = 0; along < brush.length; along += 0.8) {
    const angle = flow(x, y);
    const [u, v] = [Math.cos(angle), Math.sin(angle)];
    x += 0.8 * u;
    y += 0.8 * v;
    const end = along / brush.length;
    const taper = Math.sqrt(Math.min(1, 8 * end, 4 * (1 - end) + 0.1)) * half;
    for (let across = -taper; across <= taper; across += 0.8) {
      const column = Math.round(x - v * across);
      const row = Math.round(y + u * across);
      if (column < 0 || row < 0 || column >= size || row >= size) continue;
      const bristle = hash(Math.round(across * 1.3), 0, seed) - 0.5;
      const rim = (across / half) ** 3;
      const gain = 1 + brush.bristle * (bristle + 0.5 * rim);
      for (let c = 0; c < 3; c++) streak[c] = color[c]! * gain;
      blend(target, (row * size + column) * 3, streak, brush.opacity * (1 - 0.5 * end));
    }
  }
}

/** Paints over a subject that is already there: first broad strokes, then finer ones. */
export function brushStrokes(target: Picture, { chance, cloudy, size }: Studio): void {
  const subject: Picture = { size, rgb: target.rgb.slice() };
  const tile = cloudy();
  const unit = chance.octaves(0.8, 4) * (size / 128);
  const swirl = chance.between(0.3, 2.5);
  const base = chance.between(0, 2 * Math.PI);
  const flow = (x: number, y: number): number => base + swirl * tileAt(tile, x / unit, y / unit);
  const finest = size * chance.octaves(0.012, 0.05);
  const layers = chance.whole(1, 2);
  const stray = chance.octaves(0.02, 0.12);
  const color = new Float32Array(3);
  for (let layer = layers; layer > 0; layer--) {
    const brush: Brush = {
      width: finest * layer * 1.4,
      length: finest * layer * chance.octaves(3, 10),
      opacity: chance.between(0.7, 0.97),
      stray,
      bristle: chance.between(0.1, 0.7),
    };
    const count = Math.min(1500, (1.5 * size * size) / (brush.width * brush.length));
    for (let i = 0; i < count; i++) {
      const [x, y] = [chance.between(-5, size), chance.between(-5, size)];
      colorAt(subject, x, y, color);
      const light = stray * chance.normal();
      const warmth = 0.4 * stray * chance.normal();
      color[0] = clamp(color[0]! + light + warmth);
      color[1] = clamp(color[1]! + light);
      color[2] = clamp(color[2]! + light - warmth);
      paintStroke(target, flow, brush, [x, y], color, chance);
    }
  }
}
