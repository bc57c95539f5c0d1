import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { clamp, mix, scale, type Color } from '../color.js';
import { circle, line } from '../shapes.js';

/** A crown of leaves: dabs from dark to light on balls that are lit from the right. */
export function foliage(
  target: Canvas,
  random: RandomNumbers,
  balls: readonly (readonly [x: number, y: number, radius: number])[],
  leaf: { size: number; dark: Color; light: Color },
): void {
  const dabs: { x: number; y: number; light: number }[] = [];
  for (const [cx, cy, radius] of balls) {
    const count = Math.ceil((3.2 * radius * radius) / (leaf.size * leaf.size));
    for (let i = 0; i < count; i++) {
      const angle = 2 * Math.PI * random.uniform();
      const reach = Math.sqrt(random.uniform()) * (1 + 0.14 * random.normal());
      const [u, v] = [reach * Math.cos(angle), reach * Math.sin(angle)];
      const light = 0.46 + 0.34 * u - 0.42 * v + 0.16 * random.normal();
      dabs.push({ x: cx + radius * u, y: cy + radius * v, light });
    }
  }
  dabs.sort((a, b) => a.light - b.light + 0.35 * (random.uniform() - 0.5));
  for (const { x, y, light } of dabs) {
    const radius = leaf.size * (0.45 + 0.5 * random.uniform());
    fill(target, circle(x, y, radius), mix(leaf.dark, leaf.light, clamp(light + 0.08 * random.normal())));
  }
}

/** Blades that rise from the ground and bend: grass and reeds. */
export function blades(
  target: Canvas,
  random: RandomNumbers,
  roots: readonly (readonly [x: number, y: number, length: number])[],
  dark: Color,
  light: Color,
): void {
  for (const [x, y, length] of roots) {
    const bend = 0.35 * random.normal();
    const color = mix(dark, light, clamp(0.45 + 0.3 * random.normal()));
    let [px, py] = [x, y];
    for (let step = 1; step <= 5; step++) {
      const t = step / 5;
      const [nx, ny] = [x + bend * length * t * t, y - length * (t - 0.12 * Math.abs(bend) * t * t)];
      fill(target, line([px, py], [nx, ny], 1.5 * (1.15 - t)), mix(scale(color, 0.72), color, t));
      [px, py] = [nx, ny];
    }
  }
}
