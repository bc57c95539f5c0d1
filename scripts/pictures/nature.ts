import type { RandomNumbers } from '../../src/internal/randomNumbers.js';
import { blend, cover, fill, sampleAt, type Canvas } from './canvas.js';
import { clamp, gradient, lerp, mix, scale, smoothstep, type Color } from './color.js';
import { fbm, ridges, valueNoise } from './noise.js';
import { below, circle, line } from './shapes.js';

/** Where the light of a picture comes from. */
export interface Sun {
  readonly x: number;
  readonly y: number;
  readonly color: Color;
}

/** A sky with a sun and clouds that are lit by it. `stops` run from the zenith to the horizon. */
export function sky(target: Canvas, stops: readonly Color[], horizon: number, sun: Sun, seed: number): void {
  const thickness = (x: number, y: number): number => {
    // Seen from below, clouds flatten towards the horizon.
    const depth = 1 / (0.35 + (0.9 * (horizon - y)) / horizon);
    const u = (x - sun.x) * 0.0085 * depth ** 0.6;
    const v = y * 0.021 * depth;
    const warp = fbm(u * 1.3 + 4, v * 1.3, seed + 40, 3);
    const d = fbm(u + 1.2 * warp, v + 0.6 * warp, seed, 6);
    return (d + 0.05 * Math.sin(y * 0.05) - 0.52) * smoothstep(horizon, horizon - 60, y);
  };
  cover(target, (x, y) => {
    const away = Math.hypot(x - sun.x, y - sun.y);
    let color = gradient(stops, y / horizon);
    color = mix(color, sun.color, 0.75 * Math.exp(-away / 46) + 0.22 * Math.exp(-away / 170));
    color = mix(color, [1, 0.985, 0.93], smoothstep(15, 12.5, away));
    const here = thickness(x, y);
    const cloud = smoothstep(0, 0.13, here);
    if (cloud > 0) {
      // Lit where the cloud thins out towards the sun and upwards.
      const toward = 12 / (away + 12);
      const lit = thickness(x + (sun.x - x) * toward, y + (sun.y - y) * toward - 7);
      const light = clamp(0.72 + 3.4 * (here - lit) - 0.9 * Math.max(0, here) + 0.25 * (1 - cloud));
      const cloudColor = mix(
        mix(stops[1]!, [0.7, 0.69, 0.76], 0.7),
        mix([1, 0.985, 0.965], sun.color, Math.exp(-away / 120)),
        light,
      );
      color = mix(color, cloudColor, 0.92 * cloud);
    }
    return color;
  });
}

/** A range of mountains below the ridge `top`, lit from the right, with snow above `snowLine`, veiled by `haze`. */
export function mountains(
  target: Canvas,
  top: (x: number) => number,
  bottom: number,
  rock: Color,
  haze: { color: Color; amount: number },
  snowLine: number,
  seed: number,
): void {
  const relief = (x: number, y: number): number => ridges(x * 0.022, (y - 0.35 * top(x)) * 0.017, seed, 6);
  fill(target, below(top, 0, target.width, bottom), (x, y) => {
    const slope = (relief(x + 1.2, y - 0.8) - relief(x - 1.2, y + 0.8)) * 6.5;
    const light = clamp(0.62 - slope, 0.18, 1.25);
    const snow = smoothstep(
      snowLine + 6,
      snowLine - 14,
      y + 34 * (fbm(x * 0.06, y * 0.05, seed + 9) - 0.5) - 14 * slope,
    );
    const base = mix(scale(rock, 0.6 + 0.5 * fbm(x * 0.09, y * 0.09, seed + 3)), [0.93, 0.95, 1], snow);
    const shaded = mix(scale(base, light), mix(scale(base, 0.6), [0.42, 0.5, 0.72], 0.35), clamp(0.75 - light));
    return mix(shaded, haze.color, haze.amount * lerp(0.75, 1.15, smoothstep(top(x), bottom, y)));
  });
}

/** A crown of leaves: dabs from dark to light on balls that are lit from the right. */
export function foliage(
  target: Canvas,
  random: RandomNumbers,
  balls: readonly (readonly [x: number, y: number, radius: number])[],
  leaf: { size: number; dark: Color; light: Color; density?: number },
): void {
  const dabs: { x: number; y: number; light: number }[] = [];
  for (const [cx, cy, radius] of balls) {
    const count = Math.ceil(((leaf.density ?? 1) * 3.2 * radius * radius) / (leaf.size * leaf.size));
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
