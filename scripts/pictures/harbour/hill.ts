import { fill, type Canvas } from '../canvas.js';
import { clamp, hex, mix, scale, smoothstep, type Color } from '../color.js';
import { fbm, valueNoise } from '../noise.js';
import { below } from '../shapes.js';
import { width } from '../size.js';
import { shore } from './shore.js';

/** Meadows, woods and fields on the hill below `top`. */
export function hill(target: Canvas, top: (x: number) => number, near: Color, far: Color, seed: number): void {
  fill(target, below(top, 0, width, shore), (x, y) => {
    const depth = clamp((y - top(x)) / 60);
    const wood = smoothstep(0.47, 0.56, fbm(x * 0.022, y * 0.05, seed, 4));
    const field = Math.floor(valueNoise(x * 0.03 + y * 0.02, y * 0.09, seed + 3) * 5) / 5;
    const meadow = mix(mix(far, near, depth), hex('#c9b45f'), 0.45 * field);
    const crown = 0.7 + 0.7 * fbm(x * 0.35, y * 0.5, seed + 5, 3);
    const trees = scale(mix(hex('#3f6244'), hex('#28472f'), depth), crown);
    const slope = (top(x + 3) - top(x - 3)) * 0.05;
    return scale(mix(meadow, trees, wood), 0.95 - slope + 0.2 * (fbm(x * 0.15, y * 0.3, seed + 8, 3) - 0.5));
  });
}
