import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import type { Canvas } from '../canvas.js';
import { clamp, mix, scale } from '../color.js';
import { pick } from '../pick.js';
import type { Point } from '../shapes.js';
import { brown, cream, light, tawny, umber } from './colors.js';
import { drawFeather, type Marking } from './feathers.js';

/** Rows of feathers that overlap like tiles, from the lowest row up. */
function plumage(
  target: Canvas,
  random: RandomNumbers,
  rows: { top: number; bottom: number; step: number; spacing: number },
  extent: (y: number) => readonly [number, number],
  describe: (x: number, y: number, side: number) => { angle: number; length: number; width: number; marking: Marking },
): void {
  for (let y = rows.bottom, row = 0; y >= rows.top; y -= rows.step, row++) {
    const [left, right] = extent(y);
    for (let x = left + (row % 2) * (rows.spacing / 2); x <= right; x += rows.spacing) {
      const [px, py] = [x + 1.5 * random.normal(), y + 1.5 * random.normal()];
      const side = (2 * (px - left)) / (right - left) - 1;
      const { marking, ...look } = describe(px, py, side);
      drawFeather(target, { x: px, y: py, ...look }, marking, light, Math.floor(1e6 * random.uniform()));
    }
  }
}

/** Long feathers below the bough. */
export function tail(target: Canvas, random: RandomNumbers): void {
  for (const i of [-3, 3, -2, 2, -1, 1, 0]) {
    const marking = { base: brown, tip: mix(tawny, cream, 0.3), dark: umber, bars: 5, streak: 0 };
    const angle = Math.PI / 2 - 0.07 * i;
    drawFeather(
      target,
      { x: 300 + 10 * i, y: 286, angle, length: 104, width: 13 },
      marking,
      light,
      pick(random, [1, 2, 3]),
    );
  }
}

/** Breast and belly: pale, each feather with a dark streak and fine bars. */
export function breast(target: Canvas, random: RandomNumbers): void {
  const half = (y: number): number => 84 * Math.sqrt(clamp(1 - ((y - 214) / 116) ** 2));
  plumage(
    target,
    random,
    { top: 158, bottom: 306, step: 8.5, spacing: 13 },
    (y) => [300 - half(y), 300 + half(y)],
    (_x, y, side) => {
      const low = (y - 158) / 148;
      const base = mix(
        mix(cream, tawny, 0.25 + 0.6 * Math.abs(side) ** 1.5),
        tawny,
        0.3 * (1 - low) + 0.2 * random.uniform(),
      );
      const marking = {
        base,
        tip: mix(cream, base, 0.35),
        dark: umber,
        bars: low > 0.4 ? 2 : 0,
        streak: 0.34 - 0.2 * low,
      };
      return { angle: Math.PI / 2 - 0.35 * side, length: 29 - 3 * low, width: 9.5, marking };
    },
  );
}

/** Folded wings over the sides of the breast: long flight feathers below, small coverts above them. */
export function wings(target: Canvas, random: RandomNumbers): void {
  for (const side of [-1, 1]) {
    // Along the shoulder and down the side; `out` is away from the body.
    const along = (t: number, out: number): Point => [
      300 + side * (74 + 24 * Math.sin(Math.PI * (0.2 + 0.7 * t)) + out),
      170 + 150 * t,
    ];
    for (let i = 7; i >= 0; i--) {
      const [x, y] = along(0.36 + 0.045 * i, -2 - 4 * i);
      const marking = { base: scale(brown, 0.8), tip: tawny, dark: umber, bars: 5, streak: 0 };
      const feather = { x, y, angle: Math.PI / 2 + side * (0.02 + 0.055 * i), length: 112 - 7 * i, width: 12 };
      drawFeather(target, feather, marking, light, i + 3);
    }
    for (let t = 0.6; t >= -0.08; t -= 0.05) {
      for (let k = 4; k >= 0; k--) {
        const inward = 11 * k * (1 - 0.55 * t);
        const [x, y] = along(t, 4 - inward + 1.5 * random.normal());
        const base = mix(brown, tawny, 0.35 * random.uniform() + 0.1 * k);
        const tip = random.uniform() < 0.3 ? cream : mix(base, cream, 0.25);
        const marking = { base: scale(base, 0.8), tip, dark: umber, bars: 2.5, streak: 0.16 };
        const feather = { x, y, angle: Math.PI / 2 + side * (0.3 * t - 0.04 * k), length: 30 + 16 * t, width: 9 };
        drawFeather(target, feather, marking, light, Math.floor(1e6 * random.uniform()));
      }
    }
  }
}
