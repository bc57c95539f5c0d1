import { clamp } from '../../color.js';
import { line, type Point } from '../../shapes.js';
import { material } from '../materials.js';
import { flat, moodColor } from '../palettes.js';
import { cover, fill, type Picture } from '../picture.js';
import type { Chance } from '../chance.js';
import type { Studio } from '../studio.js';

/** A letter of an invented alphabet in the unit square: straight strokes and arcs between the points of a 3 x 4 grid. */
function inventLetter(chance: Chance): readonly (readonly Point[])[] {
  const point = (): Point => [chance.whole(0, 2) / 2, chance.whole(0, 3) / 3];
  return Array.from({ length: chance.whole(1, 4) }, () => {
    if (chance.yes(0.6)) return [point(), point()];
    const [cx, cy] = [0.5, chance.pick([1 / 3, 1 / 2, 2 / 3])];
    const [from, sweep] = [chance.whole(0, 7) * (Math.PI / 4), chance.whole(2, 8) * (Math.PI / 4)];
    const [rx, ry] = [0.5, chance.pick([1 / 3, 1 / 2])];
    return Array.from({ length: 7 }, (_, i): Point => {
      const angle = from + (sweep * i) / 6;
      return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
    });
  });
}

/** Lines of writing in an invented alphabet, on paper, signs or walls. */
export function glyphs(target: Picture, studio: Studio): void {
  const { chance, mood, size } = studio;
  const light = chance.yes(0.65);
  const paperLight = light ? chance.between(0.6, 0.92) : chance.between(0.08, 0.4);
  cover(target, material(studio, moodColor(chance, mood, paperLight), 1.5));
  const alphabet = Array.from({ length: 16 }, () => inventLetter(chance));
  const blocks = chance.whole(1, 3);
  for (let block = 0; block < blocks; block++) {
    const high = size * chance.octaves(0.045, 0.35);
    const wide = high * chance.between(0.45, 0.9);
    const weight = Math.max(0.9, high * chance.octaves(0.07, 0.22));
    const contrast = light ? -chance.between(0.35, 0.8) : chance.between(0.35, 0.8);
    const ink = flat(moodColor(chance, mood, clamp(paperLight + contrast, 0.03, 0.97)));
    const slope = chance.yes(0.7) ? 0 : chance.between(-0.3, 0.3);
    const slant = chance.yes(0.6) ? 0 : chance.between(0, 0.35);
    const left = size * chance.between(-0.1, 0.4);
    const top = size * chance.between(-0.1, 0.8);
    const lines = chance.whole(1, 9);
    for (let row = 0; row < lines; row++) {
      const length = size * chance.between(0.4, 1);
      for (let x = left; x < left + length; x += wide * 1.35) {
        if (chance.yes(0.15)) continue;
        const y = top + row * high * 1.6 + slope * (x - left);
        if (y > size || y < -high || x > size || x < -wide) continue;
        for (const stroke of chance.pick(alphabet)) {
          for (let i = 1; i < stroke.length; i++) {
            const place = ([u, v]: Point): Point => [x + (u + slant * (1 - v)) * wide, y + v * high];
            fill(target, line(place(stroke[i - 1]!), place(stroke[i]!), weight), ink);
          }
        }
      }
    }
  }
}
