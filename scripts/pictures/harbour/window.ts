import { fill, type Canvas } from '../canvas.js';
import { clamp, hex, mix, scale, type Color } from '../color.js';
import { fbm } from '../noise.js';
import { box } from '../shapes.js';

/** A window with frame, bars, sill and perhaps shutters, `width` by `height` around its centre. */
export function window(
  target: Canvas,
  cx: number,
  cy: number,
  width: number,
  height: number,
  shutters: Color | undefined,
  seed: number,
): void {
  const [left, right, top, bottom] = [cx - width / 2, cx + width / 2, cy - height / 2, cy + height / 2];
  fill(target, box(left - 0.9, top - 0.9, right + 0.9, bottom + 0.9), hex('#efe6d6'));
  fill(target, box(left, top, right, bottom), (x, y) => {
    const glare = clamp(0.5 + 0.9 * (fbm(x * 0.16, y * 0.12, seed, 3) - 0.5) + 0.35 * ((bottom - y) / height - 0.5));
    return mix(hex('#1c2a3a'), hex('#8fb0c8'), glare * 0.8);
  });
  fill(target, box(left, top, right, top + 0.9), [0.06, 0.08, 0.12], 0.6);
  fill(target, box(cx - 0.3, top, cx + 0.3, bottom), hex('#efe6d6'));
  fill(target, box(left, cy - height * 0.12 - 0.3, right, cy - height * 0.12 + 0.3), hex('#efe6d6'));
  fill(target, box(left - 1.4, bottom + 0.7, right + 1.4, bottom + 1.7), hex('#d9cfbd'));
  fill(target, box(left - 1.2, bottom + 1.7, right + 1.2, bottom + 2.6), [0.12, 0.08, 0.08], 0.35);
  if (shutters === undefined) return;
  const leaf = width * 0.52;
  for (const [from, to] of [
    [left - 0.9 - leaf, left - 0.9],
    [right + 0.9, right + 0.9 + leaf],
  ] as const) {
    fill(target, box(from, top - 0.6, to, bottom + 0.6), (_x, y) => scale(shutters, (y * 1.1) % 1 < 0.35 ? 0.72 : 1));
    fill(target, box(to, top - 0.2, to + 0.8, bottom + 0.9), [0.1, 0.07, 0.08], 0.25);
  }
}
