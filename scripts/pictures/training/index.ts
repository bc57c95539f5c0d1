import { chance } from './chance.js';
import { develop } from './develop.js';
import { brushStrokes } from './kinds/brushStrokes.js';
import { buildings } from './kinds/buildings.js';
import { coloredNoise } from './kinds/coloredNoise.js';
import { deadLeaves } from './kinds/deadLeaves.js';
import { foliage } from './kinds/foliage.js';
import { glyphs } from './kinds/glyphs.js';
import { landscape } from './kinds/landscape.js';
import { mosaic } from './kinds/mosaic.js';
import { patterns } from './kinds/patterns.js';
import { portraits } from './kinds/portraits.js';
import { smoothShapes } from './kinds/smoothShapes.js';
import { surfaces } from './kinds/surfaces.js';
import { picture, type Picture } from './picture.js';
import { studio, type Studio } from './studio.js';

export interface Kind {
  readonly name: string;
  /** How often the kind is drawn, beside the others. */
  readonly weight: number;
  draw(target: Picture, studio: Studio): void;
}

const subjects: readonly Kind[] = [
  { name: 'landscape', weight: 12, draw: landscape },
  { name: 'foliage', weight: 11, draw: foliage },
  { name: 'buildings', weight: 11, draw: buildings },
  { name: 'deadLeaves', weight: 20, draw: deadLeaves },
  { name: 'portraits', weight: 7, draw: portraits },
  { name: 'surfaces', weight: 8, draw: surfaces },
  { name: 'smoothShapes', weight: 8, draw: smoothShapes },
  { name: 'mosaic', weight: 6, draw: mosaic },
  { name: 'patterns', weight: 5, draw: patterns },
  { name: 'glyphs', weight: 4, draw: glyphs },
  { name: 'coloredNoise', weight: 6, draw: coloredNoise },
];

/** What a training picture can show. */
export const kinds: readonly Kind[] = [
  ...subjects,
  {
    name: 'brushStrokes',
    weight: 9,
    draw(target, tools) {
      tools.chance.pickWeighted(subjects).draw(target, tools);
      brushStrokes(target, tools);
    },
  },
];

const start = (seed: number): ReturnType<typeof chance> => chance(Math.imul(seed, 0x9e3779b1) ^ 0x7f4a7c15);

/** The kind that {@link drawTrainingPicture} draws for a seed. */
export const kindOf = (seed: number): Kind => start(seed).pickWeighted(kinds);

/** A picture of a given kind. */
export function drawKind(kind: Kind, seed: number, size: number): Float32Array {
  const random = start(seed);
  // The first number chooses the kind.
  random.uniform();
  const tools = studio(random, size);
  const target = picture(size);
  kind.draw(target, tools);
  return develop(target, tools);
}

/**
 * A picture to train with, drawn from nothing but a seed: the same numbers for the same seed. Its colors, contrast and spectrum vary
 * as those of photographs do.
 *
 * @param size - Width and height in pixels.
 * @returns RGB in 0..1, `[size, size, 3]` in row-major order.
 *
 * @example
 * ```ts
 * const size = 160;
 * const images = (step: number) => tf.tensor4d(drawTrainingPicture(step, size), [1, size, size, 3]);
 * ```
 */
export function drawTrainingPicture(seed: number, size: number): Float32Array {
  return drawKind(kindOf(seed), seed, size);
}
