import { randomNumbers } from '../../../src/internal/randomNumbers.js';
import { canvas, toRgb } from '../canvas.js';
import { film } from '../film.js';
import { height, width } from '../size.js';
import { bough } from './bough.js';
import { evening } from './evening.js';
import { feet } from './feet.js';
import { crown, face } from './head.js';
import { twig } from './leaves.js';
import { breast, tail, wings } from './plumage.js';

/** An owl on a bough under an autumn moon: `[384, 512, 3]`, RGB in 0..1. */
export function owl(seed: number): Float32Array {
  const random = randomNumbers(seed);
  const target = canvas(width, height);
  evening(target, random, seed + 1);
  tail(target, random);
  bough(
    target,
    [
      [-10, 372, 50],
      [120, 346, 42],
      [260, 338, 38],
      [390, 330, 34],
      [522, 300, 26],
    ],
    0.85,
    seed + 20,
  );
  breast(target, random);
  wings(target, random);
  crown(target, random);
  face(target, random, seed + 30);
  feet(target, random);
  twig(
    target,
    random,
    [
      [530, -8],
      [488, 20],
      [452, 36],
      [424, 62],
    ],
    25,
    seed + 40,
  );
  twig(
    target,
    random,
    [
      [532, 96],
      [500, 112],
      [474, 140],
    ],
    22,
    seed + 60,
  );
  twig(
    target,
    random,
    [
      [-12, 236],
      [22, 250],
      [52, 272],
    ],
    24,
    seed + 80,
  );
  film(target, 0.03, seed + 90);
  return toRgb(target);
}
