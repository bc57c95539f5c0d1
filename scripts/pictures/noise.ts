/** A hash of two whole numbers and a seed, uniform in 0..1. */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x100000000;
}

const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10);

/** Smooth noise in 0..1 with features of size 1. */
export function valueNoise(x: number, y: number, seed: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = fade(x - column);
  const v = fade(y - row);
  const top = hash(column, row, seed) * (1 - u) + hash(column + 1, row, seed) * u;
  const bottom = hash(column, row + 1, seed) * (1 - u) + hash(column + 1, row + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

/**
 * Octaves of a noise, each twice as fine and half as strong. They are turned and shifted from one to the next, so that their
 * lattices do not line up.
 */
function fractal(
  noise: (x: number, y: number, seed: number) => number,
  x: number,
  y: number,
  seed: number,
  octaves: number,
  [shiftX, shiftY]: readonly [number, number],
): number {
  let sum = 0;
  let weight = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * noise(x, y, seed + octave);
    total += weight;
    weight /= 2;
    [x, y] = [1.6 * x + 1.2 * y + shiftX, 1.6 * y - 1.2 * x + shiftY];
  }
  return sum / total;
}

/** Fractal noise in 0..1. */
export const fbm = (x: number, y: number, seed: number, octaves = 5): number =>
  fractal(valueNoise, x, y, seed, octaves, [17.3, 9.1]);

const crests = (x: number, y: number, seed: number): number => 1 - Math.abs(2 * valueNoise(x, y, seed) - 1);

/** Fractal noise with sharp crests, 0..1: mountains. */
export const ridges = (x: number, y: number, seed: number, octaves: number): number =>
  fractal(crests, x, y, seed, octaves, [5.7, 31.1]);
