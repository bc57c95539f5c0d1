import type { Chance } from './chance.js';
import { transformSquare } from './fourier.js';

/** A field with mean 0 and deviation 1 that repeats itself without a seam. `size` is a power of two. */
export interface Tile {
  readonly size: number;
  readonly values: Float32Array;
}

function normalized(field: Float64Array, size: number): Tile {
  let [sum, squares] = [0, 0];
  for (const value of field) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / field.length;
  const deviation = Math.sqrt(squares / field.length - mean * mean);
  const values = new Float32Array(field.length);
  for (let i = 0; i < values.length; i++) values[i] = (field[i]! - mean) / deviation;
  return { size, values };
}

/**
 * Two independent fields of Gaussian noise whose amplitude falls with frequency as `1 / f^exponent`: 0 is white, 1 is like
 * photographs, 2 is like clouds. With `stretch` above 1 the grain is that many times longer across than along.
 */
export function noiseTiles(chance: Chance, size: number, exponent: number, stretch = 1): readonly [Tile, Tile] {
  const re = new Float64Array(size * size);
  const im = new Float64Array(size * size);
  // The amplitude is the same in all four quadrants.
  const half = size / 2;
  for (let fy = 0; fy <= half; fy++) {
    for (let fx = 0; fx <= half; fx++) {
      const square = fx * fx * stretch * stretch + fy * fy;
      const amplitude = square === 0 ? 0 : square ** (-exponent / 2);
      for (const row of fy % half === 0 ? [fy] : [fy, size - fy]) {
        for (const column of fx % half === 0 ? [fx] : [fx, size - fx]) {
          re[row * size + column] = amplitude * chance.normal();
          im[row * size + column] = amplitude * chance.normal();
        }
      }
    }
  }
  transformSquare(re, im, size);
  return [normalized(re, size), normalized(im, size)];
}

/** The tile at a place, in its own pixels, linear between them. */
export function tileAt({ size, values }: Tile, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = x - column;
  const v = y - row;
  const mask = size - 1;
  const left = column & mask;
  const right = (column + 1) & mask;
  const top = (row & mask) * size;
  const bottom = ((row + 1) & mask) * size;
  const above = values[top + left]! * (1 - u) + values[top + right]! * u;
  const below = values[bottom + left]! * (1 - u) + values[bottom + right]! * u;
  return above * (1 - v) + below * v;
}
