import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { clamp, hex, mix, scale, type Color } from '../color.js';
import { fbm, valueNoise } from '../noise.js';
import { box, circle, line, polygon } from '../shapes.js';

/** A house front: `left` to `right`, standing on `ground`, walls up to `eaves`, roof up to `ridge`. */
export interface House {
  readonly left: number;
  readonly right: number;
  readonly ground: number;
  readonly eaves: number;
  readonly ridge: number;
  readonly wall: Color;
  readonly roof: Color;
  readonly shutters: Color;
  /** The gable faces us, or the long side of the roof does. */
  readonly gable: boolean;
}

const plaster =
  (wall: Color, left: number, right: number, seed: number) =>
  (x: number, y: number): Color => {
    const stain = fbm(x * 0.11, y * 0.05, seed, 4) - 0.5;
    const grain = valueNoise(x * 1.3, y * 1.3, seed + 5) - 0.5;
    const light = 0.9 + 0.16 * ((x - left) / (right - left)) + 0.3 * stain + 0.05 * grain;
    return scale(wall, light);
  };

const tiles =
  (roof: Color, seed: number) =>
  (x: number, y: number): Color => {
    const row = Math.floor(y / 2.2);
    const edge = y / 2.2 - row;
    const tile = valueNoise(Math.floor(x / 2.6 + (row % 2) * 0.5) * 3.7, row * 5.3, seed);
    const worn = fbm(x * 0.07, y * 0.07, seed + 2, 4) - 0.5;
    return scale(roof, 0.8 + 0.24 * tile + 0.4 * worn - 0.22 * (edge > 0.72 ? 1 : 0));
  };

/** A window with frame, bars, sill and perhaps shutters, `width` by `height` around its centre. */
function window(
  target: Canvas,
  cx: number,
  cy: number,
  width: number,
  height: number,
  shutters: Color | undefined,
  seed: number,
): void {
  const [left, right, top, bottom] = [cx - width / 2, cx + width / 2, cy - height / 2, cy + height / 2];
  fill(target, box(left - 0.9, top - 0.9, right + 0.9, bottom + 0.9), hex('#efe6d6'));
  fill(target, box(left, top, right, bottom), (x, y) => {
    const glare = clamp(0.5 + 0.9 * (fbm(x * 0.16, y * 0.12, seed, 3) - 0.5) + 0.35 * ((bottom - y) / height - 0.5));
    return mix(hex('#1c2a3a'), hex('#8fb0c8'), glare * 0.8);
  });
  fill(target, box(left, top, right, top + 0.9), [0.06, 0.08, 0.12], 0.6);
  fill(target, box(cx - 0.3, top, cx + 0.3, bottom), hex('#efe6d6'));
  fill(target, box(left, cy - height * 0.12 - 0.3, right, cy - height * 0.12 + 0.3), hex('#efe6d6'));
  fill(target, box(left - 1.4, bottom + 0.7, right + 1.4, bottom + 1.7), hex('#d9cfbd'));
  fill(target, box(left - 1.2, bottom + 1.7, right + 1.2, bottom + 2.6), [0.12, 0.08, 0.08], 0.35);
  if (shutters === undefined) return;
  const leaf = width * 0.52;
  for (const [from, to] of [
    [left - 0.9 - leaf, left - 0.9],
    [right + 0.9, right + 0.9 + leaf],
  ] as const) {
    fill(target, box(from, top - 0.6, to, bottom + 0.6), (_x, y) => scale(shutters, (y * 1.1) % 1 < 0.35 ? 0.72 : 1));
    fill(target, box(to, top - 0.2, to + 0.8, bottom + 0.9), [0.1, 0.07, 0.08], 0.25);
  }
}

/** One house with windows, door, chimney and shadows, the light from the upper right. */
export function house(target: Canvas, h: House, random: RandomNumbers): void {
  const seed = Math.floor(random.uniform() * 1e6);
  const [width, wallHeight] = [h.right - h.left, h.ground - h.eaves];
  const middle = (h.left + h.right) / 2;
  const chimney = h.left + width * (0.2 + 0.55 * random.uniform());
  const chimneyTop = h.ridge - 5 - 3 * random.uniform();
  fill(target, box(chimney - 2.6, chimneyTop, chimney + 2.6, h.eaves), (x) =>
    scale(hex('#a0543c'), x < chimney ? 0.66 : 1.02),
  );
  fill(target, box(chimney - 3.3, chimneyTop - 1.4, chimney + 3.3, chimneyTop), hex('#6b4136'));

  const facade = plaster(h.wall, h.left, h.right, seed);
  if (h.gable) {
    const front = polygon(
      [h.left, h.ground],
      [h.left, h.eaves],
      [middle, h.ridge],
      [h.right, h.eaves],
      [h.right, h.ground],
    );
    fill(target, front, facade);
    for (const [side, light] of [
      [h.left, 0.72],
      [h.right, 1.08],
    ] as const) {
      const outward = side === h.left ? -2.2 : 2.2;
      fill(target, line([side + outward, h.eaves + 1.6], [middle, h.ridge - 0.6], 3.4), (x, y) =>
        scale(tiles(h.roof, seed)(x, y), light),
      );
      fill(target, line([side + outward * 0.2, h.eaves + 3.4], [middle, h.ridge + 2.6], 1.6), [0.12, 0.07, 0.08], 0.35);
    }
    if (h.eaves - h.ridge > 14) fill(target, circle(middle, h.ridge * 0.45 + h.eaves * 0.55, 2.6), hex('#26323f'));
  } else {
    fill(target, box(h.left, h.eaves, h.right, h.ground), facade);
    const inset = Math.min(6, width * 0.12);
    const slope = polygon(
      [h.left - 2, h.eaves],
      [h.left + inset, h.ridge],
      [h.right - inset, h.ridge],
      [h.right + 2, h.eaves],
    );
    fill(target, slope, tiles(h.roof, seed));
    fill(target, line([h.left + inset, h.ridge], [h.right - inset, h.ridge], 1.5), scale(h.roof, 1.2));
    fill(target, box(h.left, h.eaves, h.right, h.eaves + 2.6), [0.12, 0.07, 0.08], 0.42);
    fill(target, line([h.left - 2, h.eaves], [h.right + 2, h.eaves], 1.4), scale(h.roof, 0.55));
  }

  const floors = Math.max(1, Math.round(wallHeight / 17));
  const across = Math.max(1, Math.round(width / 15));
  for (let floor = 0; floor < floors; floor++) {
    const cy = h.ground - (wallHeight * (floor + 0.52)) / floors;
    for (let i = 0; i < across; i++) {
      const cx = h.left + (width * (i + 0.5)) / across;
      if (floor === 0 && i === Math.floor(across / 2)) {
        fill(target, box(cx - 3.4, h.ground - 13, cx + 3.4, h.ground), hex('#e7dcc8'));
        fill(target, box(cx - 2.5, h.ground - 12, cx + 2.5, h.ground), (x) => scale(h.shutters, x < cx ? 0.55 : 0.75));
        continue;
      }
      window(
        target,
        cx,
        cy,
        4.6,
        Math.min(8.6, (wallHeight / floors) * 0.5),
        floor > 0 ? h.shutters : undefined,
        seed + floor * 7 + i,
      );
    }
  }
  if (random.uniform() < 0.5) {
    const cloth = mix(h.shutters, [0.95, 0.9, 0.8], 0.15);
    const awning = polygon(
      [h.left + 2, h.ground - 15],
      [h.right - 2, h.ground - 15],
      [h.right, h.ground - 10.5],
      [h.left, h.ground - 10.5],
    );
    fill(target, box(h.left + 1, h.ground - 11, h.right - 1, h.ground - 7), [0.08, 0.05, 0.06], 0.3);
    fill(target, awning, (x) => (Math.floor(x / 2.4) % 2 === 0 ? hex('#f3e9d8') : cloth));
  }
  // Each house stands a little in the shade of the next one to the right.
  fill(target, box(h.right - 2.2, h.eaves + 2, h.right, h.ground), [0.1, 0.07, 0.12], 0.22, 2);
  fill(target, box(h.left - 0.4, h.eaves, h.left + 0.4, h.ground), [0.1, 0.06, 0.08], 0.4);
}
