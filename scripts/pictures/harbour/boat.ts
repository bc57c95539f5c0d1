import { canvas, fill, stack, type Canvas } from '../canvas.js';
import { hex, scale, type Color } from '../color.js';
import { fbm } from '../noise.js';
import { box, line, polygon, type Point } from '../shapes.js';
import { reflect } from './water.js';

/** A boat on the water: `size` is the length of the hull in units. */
export interface Boat {
  readonly x: number;
  /** Its own water line. */
  readonly y: number;
  readonly size: number;
  readonly hull: Color;
  readonly stripe: Color;
  /** Without sails it is a rowing boat. */
  readonly sails?: Color;
  /** 1 heads to the right, -1 to the left. */
  readonly heading: 1 | -1;
}

/** Draws a boat with its reflection. */
export function boat(target: Canvas, b: Boat, seed: number): void {
  const layer = canvas(target.width, target.height, target.scale);
  const at = (u: number, v: number): Point => [b.x + b.heading * u * b.size, b.y - v * b.size];
  const wood = (color: Color) => (x: number, y: number) =>
    scale(color, 0.82 + 0.3 * fbm(x * 0.08, y * 0.5, seed, 3) + 0.25 * (0.5 - (b.y - y) / (0.2 * b.size)) * -1);

  if (b.sails !== undefined) {
    const cloth = (shade: number, color: Color) => (x: number, y: number) => {
      const seam = ((b.y - y) / (0.14 * b.size)) % 1 < 0.07 ? 0.9 : 1;
      return scale(color, shade * seam * (0.86 + 0.24 * fbm(x * 0.05, y * 0.03, seed + 1, 3)));
    };
    fill(layer, line(at(0.06, 0.12), at(0.06, 1.32), 0.022 * b.size), hex('#5b4630'));
    const belly = (from: Point, to: Point, bulge: number): Point[] =>
      Array.from({ length: 9 }, (_, i) => {
        const t = i / 8;
        const out = bulge * b.size * Math.sin(Math.PI * t) * b.heading;
        return [from[0] + (to[0] - from[0]) * t + out, from[1] + (to[1] - from[1]) * t] as const;
      });
    fill(
      layer,
      polygon(at(0.03, 1.26), at(0.03, 0.27), ...belly(at(-0.46, 0.24), at(0.03, 1.26), -0.05)),
      cloth(1, b.sails),
    );
    fill(
      layer,
      polygon(at(0.1, 1.12), ...belly(at(0.1, 1.12), at(0.56, 0.2), 0.035), at(0.12, 0.26)),
      cloth(0.86, b.sails),
    );
    fill(layer, line(at(0.06, 0.25), at(-0.48, 0.22), 0.02 * b.size), hex('#6d5337'));
    fill(layer, polygon(at(0.06, 1.36), at(-0.09, 1.33), at(0.06, 1.29)), b.stripe);
  }
  const hull = polygon(
    at(-0.5, 0.16),
    at(-0.2, 0.125),
    at(0.25, 0.14),
    at(0.62, 0.22),
    at(0.5, 0.07),
    at(0.4, -0.01),
    at(-0.44, -0.01),
  );
  fill(layer, hull, wood(b.hull));
  const rim = polygon(
    at(-0.5, 0.17),
    at(-0.2, 0.135),
    at(0.25, 0.15),
    at(0.62, 0.235),
    at(0.58, 0.19),
    at(0.25, 0.115),
    at(-0.2, 0.1),
    at(-0.49, 0.135),
  );
  fill(layer, rim, b.stripe);
  if (b.sails === undefined) {
    fill(
      layer,
      polygon(at(-0.42, 0.155), at(-0.2, 0.128), at(0.25, 0.142), at(0.46, 0.185), at(0.2, 0.165)),
      hex('#4b3524'),
    );
    fill(layer, line(at(-0.05, 0.17), at(-0.5, -0.03), 0.02 * b.size), hex('#c9a777'));
    fill(layer, polygon(at(-0.14, 0.15), at(0.02, 0.14), at(0.02, 0.17), at(-0.14, 0.18)), hex('#a97c4f'));
  } else {
    fill(layer, polygon(at(-0.2, 0.13), at(0.2, 0.14), at(0.14, 0.24), at(-0.18, 0.22)), hex('#f2e8d6'));
    fill(layer, box(b.x - 0.1 * b.size, b.y - 0.2 * b.size, b.x + 0.06 * b.size, b.y - 0.165 * b.size), hex('#2f4256'));
  }
  reflect(target, layer, b.y - 0.4, b.size * (b.sails === undefined ? 0.3 : 1.25), hex('#2f5568'), seed);
  const shadow = polygon(at(-0.46, 0), at(0.44, 0), at(0.4, -0.035), at(-0.42, -0.035));
  fill(target, shadow, hex('#12262f'), 0.6, 2);
  stack(target, layer);
}
