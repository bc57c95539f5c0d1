import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { hex, scale, smoothstep } from '../color.js';
import { valueNoise } from '../noise.js';
import { pick } from '../pick.js';
import { box, circle, line } from '../shapes.js';
import { width } from '../size.js';
import { shore } from './shore.js';

/** A wall of stones along the shore from `from` to the right, with lamps on it. */
export function quay(target: Canvas, from: number): void {
  fill(target, box(from, shore - 9, width, shore), (x, y) => {
    const course = Math.floor(y / 3.2);
    const stone = valueNoise(Math.floor(x / 7 + (course % 2) * 0.5) * 3.3, course * 7.7, 61);
    const joint = (y / 3.2) % 1 < 0.2 ? 0.75 : 1;
    return scale(hex('#a89a86'), joint * (0.66 + 0.38 * stone) * (1 - 0.35 * smoothstep(shore - 5, shore, y)));
  });
  fill(target, box(from - 1, shore - 11, width, shore - 8.4), hex('#d9ccb4'));
  for (let x = from + 14; x < width; x += 46) {
    fill(target, line([x, shore - 11], [x, shore - 31], 1.1), hex('#2c3036'));
    fill(target, circle(x, shore - 33, 2.3), hex('#fff0c4'));
    fill(target, line([x - 2.4, shore - 35], [x + 2.4, shore - 35], 0.9), hex('#2c3036'));
  }
}

/** People on the quay: small strokes of color. */
export function crowd(target: Canvas, random: RandomNumbers, from: number): void {
  for (let i = 0; i < 17; i++) {
    const x = from + (width - from) * random.uniform();
    const tall = 9.5 + 2.5 * random.uniform();
    const ground = shore - 9.5;
    const coat = pick(random, ['#b23b3b', '#2f4a6b', '#e8d9b8', '#3f5f47', '#d79b3c', '#5c4663'].map(hex));
    fill(target, line([x - 0.9, ground], [x - 0.4, ground - tall * 0.45], 1.2), hex('#2a2a33'));
    fill(target, line([x + 0.9, ground], [x + 0.4, ground - tall * 0.45], 1.2), hex('#2a2a33'));
    fill(target, line([x, ground - tall * 0.42], [x, ground - tall * 0.76], 2.8), coat);
    fill(target, circle(x, ground - tall * 0.92, 1.35), hex('#d9a684'));
  }
}
