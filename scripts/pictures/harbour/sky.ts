import { cover, type Canvas } from '../canvas.js';
import { clamp, gradient, mix, smoothstep, type Color } from '../color.js';
import { fbm } from '../noise.js';

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
