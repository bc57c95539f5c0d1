import { clamp, mix, type Color } from '../../color.js';
import type { Chance } from '../chance.js';
import { noiseField } from '../fields.js';
import { material } from '../materials.js';
import { axisColor, moodColor, ramp, rampAt } from '../palettes.js';
import { cover, fill, type Paint, type Picture } from '../picture.js';
import { below, circle, type Shape } from '../../shapes.js';
import type { Studio } from '../studio.js';
import { tileAt } from '../tiles.js';
import { drawTree } from './foliage.js';

/** The colors of a sky from top to horizon: blue, overcast or at sunset. */
function skyStops(chance: Chance): readonly Color[] {
  const kind = chance.uniform();
  if (kind < 0.5)
    return [
      axisColor(chance.between(0.35, 0.6), chance.between(-0.22, -0.1), 0),
      axisColor(chance.between(0.65, 0.9), -0.06, 0),
    ];
  if (kind < 0.75)
    return [
      axisColor(chance.between(0.5, 0.8), chance.between(-0.05, 0.03), 0),
      axisColor(chance.between(0.7, 0.95), 0.01, 0),
    ];
  return [
    axisColor(chance.between(0.15, 0.45), chance.between(-0.2, 0), 0.03),
    axisColor(chance.between(0.4, 0.6), chance.between(0, 0.2), 0.08),
    axisColor(chance.between(0.6, 0.85), chance.between(0.15, 0.35), 0.02),
  ];
}

export function skyPaint(studio: Studio, horizon: number): Paint {
  const { chance, size } = studio;
  const table = ramp(skyStops(chance));
  const clouds = chance.yes(0.65) ? chance.between(0.3, 1) : 0;
  const tile = clouds > 0 ? studio.cloudy() : undefined;
  const unit = size / 128;
  const threshold = chance.between(-0.5, 1);
  const cloud = axisColor(chance.between(0.55, 0.97), chance.between(-0.03, 0.08), 0);
  const flatness = chance.between(1, 3);
  return (x, y, into) => {
    rampAt(table, y / horizon, into);
    if (tile === undefined) return;
    const density = clamp((tileAt(tile, x / unit, (y * flatness) / unit) - threshold) * 0.8) * clouds;
    for (let c = 0; c < 3; c++) into[c] = into[c]! + (cloud[c]! - into[c]!) * density;
  };
}

/** Hills, fields, sand or snow: mostly greens and browns. */
function landColor(chance: Chance): Color {
  const kind = chance.uniform();
  if (kind < 0.5) return axisColor(chance.between(0.15, 0.45), chance.between(0.02, 0.2), chance.between(-0.16, -0.03));
  if (kind < 0.8) return axisColor(chance.between(0.2, 0.6), chance.between(0.05, 0.2), chance.between(-0.03, 0.03));
  return axisColor(chance.between(0.2, 0.85), chance.between(-0.1, 0.05), 0);
}

function ridge({ chance, size, natural }: Studio, height: number, relief: number): Shape {
  const tile = natural();
  const row = chance.between(0, 128);
  const unit = chance.octaves(0.8, 4);
  const tops = Float32Array.from({ length: size }, (_, x) => height - relief * tileAt(tile, x / unit, row));
  return below((x) => tops[clamp(Math.round(x), 0, size - 1)]!, -2, size + 2, size + 2);
}

/** Water that mirrors what is above the shore, broken by waves. */
function mirror(target: Picture, studio: Studio, shore: number): void {
  const { chance, size } = studio;
  const waves = noiseField(chance, studio.natural(), 1);
  const color = moodColor(chance, studio.mood, chance.between(0.2, 0.5));
  const depth = chance.between(0.15, 0.6);
  for (let y = shore; y < size; y++) {
    const near = (y - shore) / Math.max(1, size - shore);
    for (let x = 0; x < size; x++) {
      const wave = waves(x, (y - shore) * (6 - 4 * near)) - 0.5;
      const row = clamp(Math.round(2 * shore - y + wave * 40 * (0.2 + near)), 0, shore - 1);
      const column = clamp(Math.round(x + wave * 20 * near), 0, size - 1);
      for (let c = 0; c < 3; c++) {
        const above = target.rgb[(row * size + column) * 3 + c]!;
        target.rgb[(y * size + x) * 3 + c] = above + (color[c]! * (1 + wave) - above) * depth;
      }
    }
  }
}

/** Sky, hills that fade with distance, land or water in front, perhaps trees. */
export function landscape(target: Picture, studio: Studio): void {
  const { chance, size } = studio;
  const horizon = size * chance.between(0.25, 0.8);
  const sky = skyPaint(studio, horizon);
  cover(target, sky);
  const haze = new Float32Array(3);
  sky(size / 2, horizon, haze);
  const air: Color = [haze[0]!, haze[1]!, haze[2]!];
  if (chance.yes(0.25)) {
    const paint = axisColor(0.95, 0.08, 0);
    const sun = circle(chance.between(0, size), horizon * chance.between(0.3, 1), size * chance.octaves(0.02, 0.08));
    fill(target, sun, (_x, _y, into) => into.set(paint), 0.9, chance.octaves(1, size / 6));
  }
  const ridges = chance.whole(1, 5);
  const clear = chance.between(0.2, 0.9);
  const land = landColor(chance);
  for (let i = 0; i < ridges; i++) {
    const nearness = (i + 1) / ridges;
    const base = mix(air, chance.yes(0.5) ? land : landColor(chance), clear + (1 - clear) * nearness);
    const height = horizon + (size - horizon) * (i / ridges) ** 1.3 * 0.9;
    const shape = ridge(studio, height, size * chance.octaves(0.01, 0.09));
    fill(target, shape, material(studio, base, 0.4 + nearness), 1, chance.between(1, 2));
  }
  if (chance.yes(0.3)) mirror(target, studio, Math.round(horizon + (size - horizon) * chance.between(0.1, 0.5)));
  else if (chance.yes(0.5)) {
    const trees = chance.whole(1, 7);
    for (let i = 0; i < trees; i++) {
      const foot = chance.between(horizon, size * 1.05);
      const height = size * (0.08 + (0.45 * (foot - horizon)) / size) * chance.between(0.6, 1.4);
      drawTree(target, studio, chance.between(0, size), foot, height);
    }
  }
}
