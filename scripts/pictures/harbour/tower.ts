import { fill, type Canvas } from '../canvas.js';
import { hex, scale, type Color } from '../color.js';
import { fbm } from '../noise.js';
import { box, circle, line, polygon, without } from '../shapes.js';

/** A bell tower with a pointed roof, `width` wide around `cx`. */
export function tower(
  target: Canvas,
  cx: number,
  ground: number,
  width: number,
  top: number,
  stone: Color,
  roof: Color,
): void {
  const [left, right] = [cx - width / 2, cx + width / 2];
  const bricks = (x: number, y: number): Color => {
    const side = x < cx + width * 0.12 ? 0.8 : 1.08;
    const course = y % 4 < 0.7 ? 0.9 : 1;
    return scale(stone, side * course * (0.88 + 0.3 * fbm(x * 0.2, y * 0.2, 77, 4)));
  };
  fill(target, box(left, top, right, ground), bricks);
  for (const y of [top, top + 18]) {
    fill(target, box(left - 1.6, y - 1.2, right + 1.6, y + 1.2), scale(stone, 1.05));
    fill(target, box(left, y + 1.2, right, y + 2.6), [0.15, 0.1, 0.1], 0.35);
  }
  for (const x of [cx - width * 0.2, cx + width * 0.22]) {
    fill(target, box(x - 1.7, top + 6, x + 1.7, top + 15), hex('#2b2633'));
    fill(target, circle(x, top + 6, 1.7), hex('#2b2633'));
  }
  fill(target, circle(cx, top + 27, 4), hex('#f2ead8'));
  fill(target, without(circle(cx, top + 27, 4.3), circle(cx, top + 27, 3.5)), hex('#5a4a3a'));
  fill(target, line([cx, top + 27], [cx, top + 24.2], 0.7), hex('#2b2633'));
  fill(target, line([cx, top + 27], [cx + 1.9, top + 28], 0.7), hex('#2b2633'));
  const spire = polygon([left - 2, top - 1], [cx, top - 38], [right + 2, top - 1]);
  fill(target, spire, (x, y) => scale(roof, (x > cx ? 1.12 : 0.72) * (y % 3 < 0.6 ? 0.88 : 1)));
  fill(target, line([cx, top - 38], [cx, top - 46], 0.9), hex('#4a3b2c'));
  fill(target, circle(cx, top - 46, 1.5), hex('#e8c25a'));
}
