import { blob } from '../blob.js';
import { lit, material } from '../materials.js';
import { cover, fill, type Picture } from '../picture.js';
import { flat } from '../palettes.js';
import type { Studio } from '../studio.js';
import { box, circle, polygon, type Shape } from '../../shapes.js';

/** A random outline of about the given radius. */
function leafShape({ chance }: Studio, x: number, y: number, radius: number): Shape {
  const kind = chance.uniform();
  if (kind < 0.2) return circle(x, y, radius);
  if (kind < 0.6) return blob(chance, x, y, radius);
  if (kind < 0.72) {
    const high = radius * chance.between(0.3, 1);
    return box(x - radius, y - high, x + radius, y + high);
  }
  const corners = chance.whole(3, 6);
  const turn = chance.between(0, 2 * Math.PI);
  const points = Array.from({ length: corners }, (_, i) => {
    const angle = turn + ((i + chance.between(-0.3, 0.3)) * 2 * Math.PI) / corners;
    const reach = radius * chance.between(0.7, 1.3);
    return [x + reach * Math.cos(angle), y + reach * Math.sin(angle)] as const;
  });
  return polygon(...points);
}

/** Things of all sizes that hide each other, each with a surface of its own, many throwing a shadow on what lies behind. */
export function deadLeaves(target: Picture, studio: Studio): void {
  const { chance, size } = studio;
  cover(target, material(studio, undefined, 1.5));
  const smallest = chance.octaves(3, 14);
  const largest = size * chance.between(0.25, 0.5);
  // The areas of all leaves together, as a multiple of the picture's.
  let left = size * size * chance.between(1.3, 2.4);
  const black = flat([0, 0, 0]);
  const shadow = chance.yes(0.6) ? chance.between(0.2, 0.6) : 0;
  const [slideX, slideY] = [chance.between(-5, 5), chance.between(1, 6)];
  const depthOfField = chance.yes(0.3);
  const paints = Array.from({ length: chance.whole(5, 16) }, () =>
    material(studio, undefined, chance.octaves(0.5, 1.5)),
  );
  for (let i = 0; left > 0 && i < 500; i++) {
    // As many square pixels in every octave of sizes: looks alike at every scale.
    const u = chance.uniform();
    const radius = 1 / Math.sqrt(u / smallest ** 2 + (1 - u) / largest ** 2);
    left -= 3 * radius * radius;
    const [x, y] = [chance.between(0, size), chance.between(0, size)];
    const shape = leafShape(studio, x, y, radius);
    if (shadow > 0 && radius > 6) {
      const behind = {
        distance: (px: number, py: number) => shape.distance(px - slideX, py - slideY),
        bounds: [
          shape.bounds[0] + slideX,
          shape.bounds[1] + slideY,
          shape.bounds[2] + slideX,
          shape.bounds[3] + slideY,
        ] as const,
      };
      fill(target, behind, black, shadow, 6);
    }
    const softness = depthOfField ? chance.octaves(1, 8) : 1.2;
    fill(target, shape, lit(studio, chance.pick(paints), x, y, 2 * radius), 1, softness);
  }
}
