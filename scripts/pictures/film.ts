import { cover, sampleAt, type Canvas } from './canvas.js';
import { clamp } from './color.js';
import { valueNoise } from './noise.js';

/** Slight vignette, warmth and grain: what a lens and a film do. */
export function film(target: Canvas, grain: number, seed: number): void {
  const { width, height } = target;
  const before = { ...target, data: target.data.slice() };
  cover(target, (x, y) => {
    const [r, g, b] = sampleAt(before, x, y);
    const corner = Math.hypot((x - width / 2) / width, (y - height / 2) / height);
    const light = 1.04 - 0.34 * corner ** 2 + grain * (valueNoise(x * 1.1, y * 1.1, seed) - 0.5);
    const contrast = (v: number): number => clamp(v + 0.16 * v * (1 - v) * (2 * v - 1));
    return [contrast(r * light * 1.015), contrast(g * light), contrast(b * light * 0.975)];
  });
}
