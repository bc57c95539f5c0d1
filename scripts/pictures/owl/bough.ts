import { fill, type Canvas } from '../canvas.js';
import { clamp, mix, scale, smoothstep } from '../color.js';
import { fbm } from '../noise.js';
import type { Shape } from '../shapes.js';

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
