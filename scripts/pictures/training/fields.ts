import { hash } from '../noise.js';
import type { Chance } from './chance.js';
import type { Studio } from './studio.js';
import { tileAt, type Tile } from './tiles.js';

/** A number for every place, mostly in 0..1. */
export type Field = (x: number, y: number) => number;

/** A turned, scaled and moved view of a field whose own units are `unit` pixels. */
function placed(chance: Chance, field: Field, unit: number, turn = chance.between(0, 2 * Math.PI)): Field {
  const cos = Math.cos(turn) / unit;
  const sin = Math.sin(turn) / unit;
  const left = chance.between(0, 128);
  const top = chance.between(0, 128);
  return (x, y) => field(x * cos - y * sin + left, x * sin + y * cos + top);
}

/** Noise around 1/2, magnified `unit` times. */
export function noiseField(chance: Chance, tile: Tile, unit: number): Field {
  return placed(chance, (x, y) => 0.5 + 0.2 * tileAt(tile, x, y), unit);
}

/** The light on an uneven surface: stone, bark, cloth, water. */
export function reliefField(chance: Chance, tile: Tile, unit: number, depth: number): Field {
  const angle = chance.between(0, 2 * Math.PI);
  const dx = Math.cos(angle);
  const dy = Math.sin(angle);
  return placed(chance, (x, y) => 0.5 + depth * (tileAt(tile, x + dx, y + dy) - tileAt(tile, x - dx, y - dy)), unit);
}

const fraction = (x: number): number => x - Math.floor(x);

/** A step from 0 to 1 at 0 that is `width` wide: edges without jags. */
const soft = (x: number, width: number): number => Math.min(1, Math.max(0, 0.5 + x / width));

/** Patterns that repeat, with period 1 in both directions. `edge` is the width of a pixel in the pattern's units. */
const repeating: readonly ((chance: Chance, edge: number) => Field)[] = [
  // Waves.
  () => (x) => 0.5 + 0.5 * Math.sin(2 * Math.PI * x),
  // Stripes.
  (chance, edge) => {
    const share = chance.between(0.15, 0.85);
    return (x) => soft(share / 2 - Math.abs(fraction(x) - 0.5), edge);
  },
  // Stripes of many widths and shades.
  (chance) => {
    const seed = chance.whole(1, 1e6);
    return (x) => hash(Math.floor(x * 2 + Math.sin(x)), 0, seed);
  },
  // Checks.
  (_chance, edge) => (x, y) => {
    const u = soft(0.25 - Math.abs(fraction(x) - 0.5), edge);
    const v = soft(0.25 - Math.abs(fraction(y) - 0.5), edge);
    return u + v - 2 * u * v;
  },
  // Bricks, each with a shade of its own.
  (chance, edge) => {
    const joint = chance.between(0.04, 0.14);
    const long = chance.between(1.5, 3.2);
    const seed = chance.whole(1, 1e6);
    return (x, y) => {
      const row = Math.floor(y);
      const along = x / long + (row & 1) / 2;
      const u = (0.5 - Math.abs(fraction(along) - 0.5)) * long;
      const v = 0.5 - Math.abs(fraction(y) - 0.5);
      return soft(Math.min(u, v) - joint / 2, edge) * (0.35 + 0.6 * hash(Math.floor(along), row, seed));
    };
  },
  // Tiles of random shades.
  (chance) => {
    const seed = chance.whole(1, 1e6);
    return (x, y) => hash(Math.floor(x), Math.floor(y), seed);
  },
  // Dots, with or without an offset of every other row.
  (chance, edge) => {
    const radius = chance.between(0.18, 0.46);
    const offset = chance.yes(0.5) ? 0.5 : 0;
    return (x, y) => {
      const u = fraction(x + offset * (Math.floor(y) & 1)) - 0.5;
      const v = fraction(y) - 0.5;
      return soft(radius - Math.sqrt(u * u + v * v), edge);
    };
  },
  // Herringbone and zigzags.
  (chance, edge) => {
    const share = chance.between(0.25, 0.75);
    return (x, y) => soft(share / 2 - Math.abs(fraction(x + Math.abs(fraction(y / 2) - 0.5) * 2) - 0.5), edge);
  },
  // Cloth: threads over and under each other.
  () => (x, y) => {
    const over = (Math.floor(x) + Math.floor(y)) & 1;
    const t = over ? fraction(x) : fraction(y);
    return (over ? 0.55 : 0.35) + 1.6 * t * (1 - t);
  },
  // Plaid.
  (chance) => {
    const seed = chance.whole(1, 1e6);
    return (x, y) =>
      0.5 * hash(Math.floor(fraction(x / 4) * 9), 1, seed) + 0.5 * hash(Math.floor(fraction(y / 4) * 9), 2, seed);
  },
  // Scales and shingles.
  (chance) => {
    const seed = chance.whole(1, 1e6);
    return (x, y) => {
      const row = Math.floor(y);
      const u = fraction(x + (row & 1) / 2) - 0.5;
      const v = y - row;
      const drop = v - 1.2 * u * u;
      return 0.2 + 0.5 * Math.abs(fraction(drop + 1) - 0.1) + 0.3 * hash(Math.floor(x + (row & 1) / 2), row, seed);
    };
  },
];

/** A repeating pattern with a period of `period` pixels, straight or warped by noise. */
export function patternField({ chance, cloudy }: Studio, period: number): Field {
  const field = placed(chance, chance.pick(repeating)(chance, 1.2 / period), period);
  if (chance.yes(0.4)) return field;
  const tile = cloudy();
  const unit = chance.octaves(1, 5);
  const strength = period * chance.octaves(0.05, 1);
  return (x, y) => {
    const warp = strength * tileAt(tile, x / unit, y / unit);
    return field(x + warp, y - 0.7 * warp);
  };
}
