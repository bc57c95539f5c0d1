import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { clamp, mix, scale, smoothstep, type Color } from '../color.js';
import { hash } from '../noise.js';
import { line, type Shape } from '../shapes.js';

/** Where a feather grows, which way it points, how long it is and how wide to either side of its shaft. */
export interface Feather {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly length: number;
  readonly width: number;
}

/** What a feather looks like: `bars` dark bands, `streak` the share of the width along the shaft that is dark. */
export interface Marking {
  readonly base: Color;
  readonly tip: Color;
  readonly dark: Color;
  readonly bars: number;
  readonly streak: number;
}

/** A place in the feather's own measure: `along` from 0 at the root to 1 at the tip, `across` from -1 to 1. */
function within(feather: Feather, x: number, y: number): readonly [along: number, across: number] {
  const [cos, sin] = [Math.cos(feather.angle), Math.sin(feather.angle)];
  const [dx, dy] = [x - feather.x, y - feather.y];
  return [(dx * cos + dy * sin) / feather.length, (dy * cos - dx * sin) / feather.width];
}

/** The half width at a place along the shaft: narrow at the root, round at the tip. */
const outline = (along: number): number => Math.sqrt(clamp(4 * along * (1 - along))) * (0.72 + 0.36 * along);

/** One feather with its shaft, barbs and marks, under a light that gives each place a gain. */
export function drawFeather(
  target: Canvas,
  feather: Feather,
  { base, tip, dark, bars, streak }: Marking,
  light: (x: number, y: number) => number,
  seed: number,
): void {
  const { x, y, angle, length, width } = feather;
  const reach = Math.hypot(length, width);
  const shape: Shape = {
    distance: (px, py) => {
      const [along, across] = within(feather, px, py);
      return Math.max((Math.abs(across) - outline(along)) * width, -along * length, (along - 1) * length);
    },
    bounds: [x - reach, y - reach, x + reach, y + reach],
  };
  // A thin shadow on what lies below.
  const [sx, sy] = [1.2 * Math.cos(angle) + 0.7, 1.2 * Math.sin(angle) + 0.7];
  const shadow: Shape = { distance: (px, py) => shape.distance(px - sx, py - sy), bounds: shape.bounds };
  fill(target, shadow, [0.07, 0.04, 0.03], 0.4, 3);
  fill(target, shape, (px, py) => {
    const [along, across] = within(feather, px, py);
    const side = Math.abs(across);
    // Barbs run from the shaft outwards and towards the tip.
    const barb = hash(Math.floor((along * length - 0.8 * side * width) * 1.1), across < 0 ? 1 : 2, seed);
    const worn = 0.16 * (hash(Math.floor(along * length), 3, seed) - 0.5);
    const band = Math.cos(2 * Math.PI * bars * (along - 0.22 * side * side) + 0.5);
    const shaft = smoothstep(streak + 0.12, streak - 0.12, side + worn + 0.25 * (along - 0.5));
    const marked = Math.max(bars > 0 ? smoothstep(0.1, 0.55, band) : 0, streak > 0 ? shaft : 0);
    const vane = mix(mix(base, tip, along), dark, 0.88 * marked * smoothstep(1.02, 0.9, along));
    const rim = smoothstep(0.22, 0, outline(along) - side) * along;
    const gain = (0.78 + 0.34 * barb) * (0.5 + 0.55 * smoothstep(0.05, 0.7, along)) * light(px, py);
    const quill = smoothstep(0.9, 0.2, side * width) * 0.4 * (1 - along);
    return scale(mix(mix(vane, tip, 0.45 * rim), [0.95, 0.85, 0.68], quill), gain);
  });
}

/** Fine strands around a place, as on the face of an owl: from `inner` to `outer`, colored by where they are. */
export function drawStrands(
  target: Canvas,
  random: RandomNumbers,
  place: { x: number; y: number; inner: number; outer: number; flatness: number },
  count: number,
  color: (angle: number, reach: number) => Color,
): void {
  const { x, y, inner, outer, flatness } = place;
  const strands = Array.from({ length: count }, () => ({
    angle: 2 * Math.PI * random.uniform(),
    reach: Math.sqrt(random.uniform()),
    bend: 0.12 * random.normal(),
    tone: 1 + 0.14 * random.normal(),
  })).sort((a, b) => b.reach - a.reach);
  for (const { angle, reach, bend, tone } of strands) {
    const from = inner + (outer - inner) * reach;
    const to = from + 0.3 * outer;
    const at = (radius: number, turn: number) =>
      [x + radius * Math.cos(angle + turn), y + flatness * radius * Math.sin(angle + turn)] as const;
    const middle = at((from + to) / 2, bend * 0.4);
    const shade = scale(color(angle, reach), tone);
    fill(target, line(at(from, 0), middle, 1.5), shade, 0.85);
    fill(target, line(middle, at(to, bend), 0.9), shade, 0.7);
  }
}
