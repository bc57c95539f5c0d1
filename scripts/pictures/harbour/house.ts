import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { hex, mix, scale, type Color } from '../color.js';
import { fbm, valueNoise } from '../noise.js';
import { box, circle, line, polygon } from '../shapes.js';
import { window } from './window.js';

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

function chimney(target: Canvas, h: House, random: RandomNumbers): void {
  const x = h.left + (h.right - h.left) * (0.2 + 0.55 * random.uniform());
  const top = h.ridge - 5 - 3 * random.uniform();
  fill(target, box(x - 2.6, top, x + 2.6, h.eaves), (px) => scale(hex('#a0543c'), px < x ? 0.66 : 1.02));
  fill(target, box(x - 3.3, top - 1.4, x + 3.3, top), hex('#6b4136'));
}

/** The wall up to the ridge, and the roof as a rim on both sides of it. */
function gableFront(target: Canvas, h: House, seed: number): void {
  const middle = (h.left + h.right) / 2;
  const front = polygon(
    [h.left, h.ground],
    [h.left, h.eaves],
    [middle, h.ridge],
    [h.right, h.eaves],
    [h.right, h.ground],
  );
  fill(target, front, plaster(h.wall, h.left, h.right, seed));
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
}

/** The wall up to the eaves, and the roof's long side above it. */
function longFront(target: Canvas, h: House, seed: number): void {
  fill(target, box(h.left, h.eaves, h.right, h.ground), plaster(h.wall, h.left, h.right, seed));
  const inset = Math.min(6, (h.right - h.left) * 0.12);
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

function door(target: Canvas, h: House, cx: number): void {
  fill(target, box(cx - 3.4, h.ground - 13, cx + 3.4, h.ground), hex('#e7dcc8'));
  fill(target, box(cx - 2.5, h.ground - 12, cx + 2.5, h.ground), (x) => scale(h.shutters, x < cx ? 0.55 : 0.75));
}

/** Floors of windows, the one in the middle of the lowest a door. */
function openings(target: Canvas, h: House, seed: number): void {
  const [width, wallHeight] = [h.right - h.left, h.ground - h.eaves];
  const floors = Math.max(1, Math.round(wallHeight / 17));
  const across = Math.max(1, Math.round(width / 15));
  const high = Math.min(8.6, (wallHeight / floors) * 0.5);
  for (let floor = 0; floor < floors; floor++) {
    const cy = h.ground - (wallHeight * (floor + 0.52)) / floors;
    for (let i = 0; i < across; i++) {
      const cx = h.left + (width * (i + 0.5)) / across;
      if (floor === 0 && i === Math.floor(across / 2)) door(target, h, cx);
      else window(target, cx, cy, 4.6, high, floor > 0 ? h.shutters : undefined, seed + floor * 7 + i);
    }
  }
}

function awning(target: Canvas, h: House): void {
  const cloth = mix(h.shutters, [0.95, 0.9, 0.8], 0.15);
  const shape = polygon(
    [h.left + 2, h.ground - 15],
    [h.right - 2, h.ground - 15],
    [h.right, h.ground - 10.5],
    [h.left, h.ground - 10.5],
  );
  fill(target, box(h.left + 1, h.ground - 11, h.right - 1, h.ground - 7), [0.08, 0.05, 0.06], 0.3);
  fill(target, shape, (x) => (Math.floor(x / 2.4) % 2 === 0 ? hex('#f3e9d8') : cloth));
}

/** One house with windows, door, chimney and shadows, the light from the upper right. */
export function house(target: Canvas, h: House, random: RandomNumbers): void {
  const seed = Math.floor(random.uniform() * 1e6);
  chimney(target, h, random);
  if (h.gable) gableFront(target, h, seed);
  else longFront(target, h, seed);
  openings(target, h, seed);
  if (random.uniform() < 0.5) awning(target, h);
  // Each house stands a little in the shade of the next one to the right.
  fill(target, box(h.right - 2.2, h.eaves + 2, h.right, h.ground), [0.1, 0.07, 0.12], 0.22, 2);
  fill(target, box(h.left - 0.4, h.eaves, h.left + 0.4, h.ground), [0.1, 0.06, 0.08], 0.4);
}
