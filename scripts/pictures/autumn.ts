import type { RandomNumbers } from '../../src/internal/randomNumbers.js';
import { fill, type Canvas } from './canvas.js';
import { clamp, mix, scale, smoothstep, type Color } from './color.js';
import { fbm } from './noise.js';
import { line, polygon, type Point, type Shape } from './shapes.js';

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
export function mapleLeaf(
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

/** A bough of bark through points, as thick as `thickness` says at each; lit from above. */
export function bough(
  target: Canvas,
  points: readonly (readonly [x: number, y: number, thickness: number])[],
  moss: number,
  seed: number,
): void {
  const [left, right] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const at = (x: number): readonly [number, number] => {
    const i = clamp(points.findIndex(([px]) => px > x) - 1, 0, points.length - 2);
    const [[ax, ay, aw], [bx, by, bw]] = [points[i]!, points[i + 1]!];
    const t = clamp((x - ax) / (bx - ax));
    const s = t * t * (3 - 2 * t);
    return [ay + (by - ay) * s, aw + (bw - aw) * s];
  };
  const offset = (x: number, y: number): number => {
    const [middle, thickness] = at(x);
    return (y - middle + 3.5 * (fbm(x / 24, y / 40, seed, 3) - 0.5)) / (thickness / 2);
  };
  const shape: Shape = {
    distance: (x, y) => ((Math.abs(offset(x, y)) - 1) * at(x)[1]) / 2,
    bounds: [left, Math.min(...points.map(([, y, w]) => y - w)), right, Math.max(...points.map(([, y, w]) => y + w))],
  };
  fill(target, shape, (x, y) => {
    const across = offset(x, y);
    // Cracks run along the bough.
    const crack = fbm(x / 26 + 2 * across, across * 6 + 0.6 * fbm(x / 14, y / 14, seed + 1, 2), seed + 2, 4);
    const bark = mix([0.16, 0.11, 0.09], [0.56, 0.43, 0.32], smoothstep(0.3, 0.68, crack));
    const round = 0.3 + 0.85 * Math.sqrt(clamp(1 - (across + 0.35) ** 2 / 1.9));
    const green = smoothstep(0.1, -0.5, across + 1.5 * (fbm(x / 18, y / 9, seed + 3, 3) - 0.5)) * moss;
    const leafy = mix([0.13, 0.2, 0.08], [0.5, 0.6, 0.24], fbm(x / 2.2, y / 2.2, seed + 4, 2));
    return scale(mix(bark, leafy, green), round);
  });
}
