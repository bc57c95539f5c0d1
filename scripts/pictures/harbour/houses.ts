import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import type { Canvas } from '../canvas.js';
import { hex, type Color } from '../color.js';
import { pick } from '../pick.js';
import { house } from './house.js';

const walls = ['#e8b45c', '#d9744f', '#eadcc0', '#c9564a', '#9fb7a4', '#e9c9a0', '#7f9fb8', '#f0e6cf', '#d68f6a'].map(
  hex,
);
const roofs = ['#b5533a', '#a84a37', '#8f4a3c', '#c06a48', '#7a4a44'].map(hex);
const shutterColors = ['#3f6b5c', '#35566e', '#7b3a35', '#4c6a3a', '#5b5f73'].map(hex);

/** Houses from left to right, shoulder to shoulder. */
export function houses(
  target: Canvas,
  random: RandomNumbers,
  from: number,
  to: number,
  ground: (x: number) => number,
  size: number,
): void {
  let wall: Color | undefined;
  for (let left = from; left < to - 12 * size;) {
    const wide = size * (24 + 17 * random.uniform());
    const right = Math.min(to, left + wide);
    const base = ground((left + right) / 2);
    const eaves = base - size * (31 + 22 * random.uniform());
    const gable = random.uniform() < 0.55;
    const others: readonly Color[] = walls.filter((color) => color !== wall);
    wall = pick(random, others);
    const ridge = eaves - (gable ? (right - left) * 0.42 : size * 11);
    house(
      target,
      {
        left,
        right,
        ground: base,
        eaves,
        ridge,
        wall,
        roof: pick(random, roofs),
        shutters: pick(random, shutterColors),
        gable,
      },
      random,
    );
    left = right;
  }
}
