import { clamp, type Color } from '../../color.js';
import { circle, ellipse } from '../../shapes.js';
import { material } from '../materials.js';
import { flat, moodColor, ramp, rampAt } from '../palettes.js';
import { cover, fill, type Paint, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';

/** A gradient along a line or around a point. */
function gradientPaint({ chance, mood, size }: Studio): Paint {
  const table = ramp(Array.from({ length: chance.whole(2, 5) }, () => moodColor(chance, mood)));
  const power = chance.octaves(0.5, 2);
  if (chance.yes(0.5)) {
    const angle = chance.between(0, 2 * Math.PI);
    const [dx, dy] = [Math.cos(angle) / size / 1.4, Math.sin(angle) / size / 1.4];
    return (x, y, into) => {
      rampAt(table, Math.max(0, 0.5 + (x - size / 2) * dx + (y - size / 2) * dy) ** power, into);
    };
  }
  const [cx, cy, reach] = [chance.between(0, size), chance.between(0, size), size * chance.between(0.5, 1.3)];
  return (x, y, into) => {
    rampAt(table, (Math.hypot(x - cx, y - cy) / reach) ** power, into);
  };
}

/** A ball lit from one side, with a highlight and light thrown back from below. */
function ballPaint(paint: Paint, x: number, y: number, radius: number, light: readonly number[], shine: number): Paint {
  return (px, py, into) => {
    const [u, v] = [(px - x) / radius, (py - y) / radius];
    const w = Math.sqrt(Math.max(0, 1 - u * u - v * v));
    const facing = u * light[0]! + v * light[1]! + w * light[2]!;
    // The surface wraps around the ball.
    paint(x + u * radius * (1.4 - 0.4 * w), y + v * radius * (1.4 - 0.4 * w), into);
    const gain = 0.25 + 1.1 * Math.max(0, facing) + 0.15 * Math.max(0, v - 0.3);
    const highlight = shine * clamp(2 * facing * w - light[2]!) ** 24;
    for (let c = 0; c < 3; c++) into[c] = into[c]! * gain + highlight;
  };
}

/** Gradients, and balls on a ground with soft shadows. */
export function smoothShapes(target: Picture, studio: Studio): void {
  const { chance, mood, size } = studio;
  cover(target, chance.yes(0.7) ? gradientPaint(studio) : material(studio, undefined, 2));
  if (chance.yes(0.2)) return;
  const ground = chance.yes(0.5) ? size * chance.between(0.3, 0.7) : undefined;
  if (ground !== undefined) {
    const floor = chance.yes(0.5) ? gradientPaint(studio) : material(studio, undefined, 1.5);
    const half = { distance: (_x: number, y: number) => ground - y, bounds: [0, ground - 1, size, size] as const };
    fill(target, half, floor, 1, chance.octaves(1, size / 5));
  }
  const angle = chance.between(0, 2 * Math.PI);
  const light = [0.65 * Math.cos(angle), -0.3 - 0.35 * Math.abs(Math.sin(angle)), 0.6];
  const norm = Math.hypot(...light);
  const direction = light.map((value) => value / norm);
  const black = flat([0, 0, 0]);
  const balls = Array.from({ length: chance.whole(1, 9) }, () => ({
    radius: size * chance.octaves(0.05, 0.35),
    x: chance.between(0, size),
    y: ground === undefined ? chance.between(0, size) : chance.between(ground, size),
  })).sort((a, b) => a.y - b.y);
  for (const { x, y, radius } of balls) {
    const middle = ground === undefined ? y : y - radius;
    const shadow = ellipse(x - direction[0]! * radius, middle + 0.95 * radius, radius * 1.05, radius * 0.35);
    fill(target, shadow, black, chance.between(0.2, 0.6), radius * chance.between(0.2, 0.6));
    const color: Color = moodColor(chance, mood);
    const paint = chance.yes(0.5) ? flat(color) : material(studio, color, 0.8);
    const shine = chance.yes(0.6) ? chance.between(0.1, 0.9) : 0;
    fill(target, circle(x, middle, radius), ballPaint(paint, x, middle, radius, direction, shine), 1, 1.3);
  }
}
