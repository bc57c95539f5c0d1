import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { clamp, hex, mix, scale, smoothstep } from '../color.js';
import { fbm } from '../noise.js';
import { line, polygon, type Point } from '../shapes.js';
import { cream, light, tawny } from './colors.js';

/** Legs in soft down, and toes with claws around the bough. */
export function feet(target: Canvas, random: RandomNumbers): void {
  for (const x of [268, 332]) {
    for (const toe of [-1, 1, 0]) {
      const knuckle: Point = [x + 12 * toe, 329];
      const claw = polygon(
        [knuckle[0] - 4.5, 330],
        [knuckle[0] + 4.5, 330],
        [knuckle[0] + 2.5 * toe + 2, 343],
        [knuckle[0] + 3 * toe, 351],
        [knuckle[0] + 2 * toe - 2, 342],
      );
      fill(target, line([knuckle[0] + 2, 333], [knuckle[0] + 3, 345], 9), [0.05, 0.03, 0.02], 0.45, 5);
      fill(target, claw, (px) => scale(hex('#2a2422'), 0.8 + 1.4 * smoothstep(3, 0, Math.abs(px - knuckle[0] + 1.5))));
      fill(target, line([x + 7 * toe, 314], knuckle, 12), (px, py) => {
        const round = 1 - ((px - knuckle[0] + 3) / 13) ** 2;
        return scale(mix(tawny, cream, 0.3), (0.45 + 0.45 * clamp(round)) * (0.9 + 0.25 * fbm(px / 2, py / 6, 9, 3)));
      });
    }
    const down = Array.from({ length: 420 }, () => [x + 13 * random.normal(), 292 + 32 * random.uniform()] as const);
    for (const [px, py] of down.sort((a, b) => b[1] - a[1])) {
      const shade = scale(mix(cream, tawny, random.uniform()), (0.62 + 0.3 * random.uniform()) * light(px, py));
      fill(target, line([px, py], [px + 2 * random.normal(), py + 8], 1.8), shade, 0.9);
    }
  }
}
