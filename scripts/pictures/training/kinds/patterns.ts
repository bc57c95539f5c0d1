import { patternField } from '../fields.js';
import { material, ramped } from '../materials.js';
import { moodColor, ramp } from '../palettes.js';
import { cover, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';

/** Stripes, checks, bricks, dots, cloth... with the surface of a material. */
export function patterns(target: Picture, studio: Studio): void {
  const { chance, mood, size } = studio;
  const stops = Array.from({ length: chance.whole(2, 5) }, () => moodColor(chance, mood));
  const pattern = ramped(ramp(stops), patternField(studio, size * chance.octaves(0.03, 0.35)));
  const surface = material(studio, [0.5, 0.5, 0.5]);
  const amount = chance.between(0, 0.8);
  const under = new Float32Array(3);
  cover(target, (x, y, into) => {
    pattern(x, y, into);
    surface(x, y, under);
    for (let c = 0; c < 3; c++) into[c] = into[c]! * (1 - amount + 2 * amount * under[c]!);
  });
}
