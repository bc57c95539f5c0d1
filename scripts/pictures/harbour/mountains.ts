import { fill, type Canvas } from '../canvas.js';
import { clamp, lerp, mix, scale, smoothstep, type Color } from '../color.js';
import { fbm, ridges } from '../noise.js';
import { below } from '../shapes.js';

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
