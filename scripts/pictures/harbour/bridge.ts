import { fill, type Canvas } from '../canvas.js';
import { hex, mix, scale, type Color } from '../color.js';
import { fbm, valueNoise } from '../noise.js';
import { ellipse, without, type Shape } from '../shapes.js';

/** A stone bridge from `left` to `right` over the water line `shore`, with round arches. */
export function bridge(target: Canvas, left: number, right: number, shore: number, arches: number, stone: Color): void {
  const deck = (x: number): number => shore - 22 - 11 * Math.sin((Math.PI * (x - left)) / (right - left));
  const span = (right - left) / arches;
  const masonry = (x: number, y: number): Color => {
    const course = Math.floor((y - 0.5 * deck(x)) / 3);
    const joint = ((y - 0.5 * deck(x)) / 3) % 1 < 0.2 || (x / 5 + (course % 2) * 0.5) % 1 < 0.12 ? 0.8 : 1;
    const block = valueNoise(Math.floor(x / 5 + (course % 2) * 0.5) * 2.3, course * 4.1, 91);
    return scale(stone, joint * (0.74 + 0.3 * block + 0.3 * (fbm(x * 0.05, y * 0.08, 92) - 0.5)));
  };
  const body = {
    distance: (x: number, y: number) => Math.max(deck(x) - y, left - x, x - right, y - shore),
    bounds: [left, shore - 60, right, shore] as const,
  };
  let shape: Shape = body;
  for (let i = 0; i < arches; i++) {
    const cx = left + span * (i + 0.5);
    const rise = shore - deck(cx) - 6.5;
    const opening = ellipse(cx, shore, span * 0.4, rise);
    // The far inner side of the arch, in shade, and what is seen through it.
    fill(target, ellipse(cx + 3, shore, span * 0.4, rise), scale(stone, 0.42));
    fill(target, ellipse(cx - 2.5, shore, span * 0.38, rise - 2), (_x, y) =>
      mix(hex('#7d98a6'), hex('#a8bfc4'), (shore - y) / rise),
    );
    shape = without(shape, opening);
  }
  fill(target, shape, masonry);
  for (let i = 0; i < arches; i++) {
    const cx = left + span * (i + 0.5);
    const rise = shore - deck(cx) - 6.5;
    const rim = without(ellipse(cx, shore, span * 0.4 + 2.2, rise + 2.2), ellipse(cx, shore, span * 0.4, rise));
    fill(
      target,
      { distance: (x, y) => Math.max(rim.distance(x, y), y - shore), bounds: rim.bounds },
      scale(stone, 1.16),
    );
  }
  const parapet = {
    distance: (x: number, y: number) => Math.max(Math.abs(y - deck(x)) - 1.6, left - x, x - right),
    bounds: [left, shore - 60, right, shore] as const,
  };
  fill(target, parapet, scale(stone, 1.25));
  fill(target, { ...parapet, distance: (x, y) => parapet.distance(x, y - 2.6) }, [0.1, 0.08, 0.1], 0.3);
}
