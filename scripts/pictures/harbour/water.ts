import { blend, sampleAt, type Canvas } from '../canvas.js';
import { clamp, lerp, mix, scale, smoothstep, type Color } from '../color.js';
import { fbm, valueNoise } from '../noise.js';
import type { Sun } from './sky.js';

/** Water below `shore` that mirrors what stands above it, broken by waves that grow towards the viewer. */
export function water(target: Canvas, shore: number, deep: Color, sun: Sun, seed: number): void {
  const { columns, rows, scale: samples, height } = target;
  for (let row = Math.ceil(shore * samples); row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [(column + 0.5) / samples, (row + 0.5) / samples];
      const near = (y - shore) / (height - shore);
      const length = lerp(12, 74, near);
      const pitch = lerp(1.3, 10, near);
      const wave = fbm(x / length + 0.3 * near, Math.log(1 + 9 * near) * 22, seed, 3) - 0.5;
      const ripple = valueNoise(x / (length * 0.35), Math.log(1 + 9 * near) * 52, seed + 7) - 0.5;
      const swing = wave + 0.5 * ripple;
      const mirrored = shore - (y - shore) * 0.92 - 1 + swing * pitch * 3.2;
      const [r, g, b] = sampleAt(target, x + swing * lerp(3, 20, near), clamp(mirrored, 0, shore - 1));
      const facing = clamp(0.16 + 0.34 * near + 0.5 * near * swing);
      let color = mix(scale([r, g, b], 0.9), deep, facing);
      // Faces of waves that look up at the sky, and the path of the sun on them.
      const up = smoothstep(0.16, 0.42, swing);
      color = mix(color, [0.62, 0.76, 0.88], 0.3 * up * (0.4 + near));
      const path = Math.exp(-(((x - sun.x) / (16 + 60 * near)) ** 2));
      const spark = smoothstep(0.1, 0.34, swing + 0.1 * ripple) * path;
      color = mix(color, mix(sun.color, [1, 1, 0.95], 0.5), 0.85 * spark * (1 - 0.55 * near));
      const foam = smoothstep(2.4, 0, y - shore);
      blend(target, row * columns + column, mix(color, scale(deep, 0.6), 0.5 * foam), 1);
    }
  }
}

/** Mirrors a layer about the line `base` onto the water below it, with broken edges. Then stack the layer itself. */
export function reflect(target: Canvas, layer: Canvas, base: number, reach: number, tint: Color, seed: number): void {
  const { columns, scale: samples } = target;
  const last = Math.min(target.rows, Math.ceil((base + reach) * samples));
  for (let row = Math.floor(base * samples); row < last; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [(column + 0.5) / samples, (row + 0.5) / samples];
      const away = (y - base) / reach;
      const swing = fbm(x / 22, y / 2.6, seed, 3) - 0.5;
      const [r, g, b, a] = sampleAt(layer, x + swing * lerp(4, 16, away), base - (y - base) * 1.1 + swing * 7);
      if (a > 0) blend(target, row * columns + column, mix([r, g, b], tint, 0.35), a * 0.72 * (1 - away) ** 0.7);
    }
  }
}
