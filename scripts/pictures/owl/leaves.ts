import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { hex, mix, scale, smoothstep, type Color } from '../color.js';
import { fbm } from '../noise.js';
import { pick } from '../pick.js';
import { line, polygon, type Point } from '../shapes.js';
import { autumn } from './colors.js';

/** Half of the outline of a maple leaf from tip to stalk: angle from the tip (degrees) and reach. */
const lobes: readonly (readonly [number, number])[] = [
  [0, 1],
  [9, 0.72],
  [20, 0.74],
  [23, 0.5],
  [32, 0.52],
  [40, 0.8],
  [52, 0.93],
  [62, 0.68],
  [76, 0.66],
  [82, 0.46],
  [96, 0.55],
  [112, 0.64],
  [126, 0.44],
  [150, 0.3],
  [180, 0.2],
];

/** A maple leaf whose stalk starts at `[x, y]`; `angle` is where its tip points. */
function mapleLeaf(
  target: Canvas,
  [x, y]: Point,
  angle: number,
  size: number,
  color: Color,
  random: RandomNumbers,
  seed: number,
): void {
  const middle: Point = [x + 0.55 * size * Math.cos(angle), y + 0.55 * size * Math.sin(angle)];
  // Seen from the side, a leaf is narrow.
  const tilt = 0.55 + 0.45 * random.uniform();
  const at = (degrees: number, reach: number): Point => {
    const turn = (degrees * Math.PI) / 180;
    const [u, v] = [size * reach * Math.cos(turn), size * reach * Math.sin(turn) * tilt];
    return [
      middle[0] + u * Math.cos(angle) - v * Math.sin(angle),
      middle[1] + u * Math.sin(angle) + v * Math.cos(angle),
    ];
  };
  const points = [
    ...lobes.map(([degrees, reach]) => at(degrees, reach * (0.95 + 0.1 * random.uniform()))),
    ...lobes
      .slice(1, -1)
      .map(([degrees, reach]) => at(-degrees, reach * (0.95 + 0.1 * random.uniform())))
      .reverse(),
  ];
  fill(target, line([x, y], middle, 1.4), scale(color, 0.55));
  fill(target, polygon(...points), (px, py) => {
    const side = ((py - middle[1]) * Math.cos(angle) - (px - middle[0]) * Math.sin(angle)) / size;
    const blotch = fbm(px / 7, py / 7, seed, 3);
    const warm = mix(color, [0.93, 0.74, 0.22], smoothstep(0.5, 0.75, blotch) * 0.6);
    return scale(warm, 0.72 + 0.5 * blotch + 0.28 * (side > 0 ? -1 : 0.4));
  });
  for (const degrees of [0, 50, -50, 110, -110]) {
    fill(target, line(middle, at(degrees, 0.62), 0.8), mix(color, [1, 0.9, 0.6], 0.5), 0.8);
  }
}

/** Leaves along a twig. */
export function twig(
  target: Canvas,
  random: RandomNumbers,
  points: readonly Point[],
  size: number,
  seed: number,
): void {
  points.slice(1).forEach((point, i) => {
    fill(target, line(points[i]!, point, 3.2 - (2 * i) / points.length), hex('#3a2a22'));
  });
  points.slice(1).forEach(([x, y], i) => {
    for (const side of [-1, 1, 0.2]) {
      const angle = Math.PI / 2 + side * (0.7 + 0.4 * random.uniform());
      mapleLeaf(
        target,
        [x, y],
        angle,
        size * (0.75 + 0.5 * random.uniform()),
        pick(random, autumn),
        random,
        seed + 7 * i + side,
      );
    }
  });
}
