import { reliefField } from '../fields.js';
import { material } from '../materials.js';
import { cover, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';
import { noiseTiles, tileAt } from '../tiles.js';

/** One rough surface near the eye, lit from the side: rock, sand, bark, fur, waves. Two materials may meet on it. */
export function surfaces(target: Picture, studio: Studio): void {
  const { chance, size } = studio;
  const stretch = chance.yes(0.4) ? chance.octaves(2, 10) : 1;
  const [height, patches] = noiseTiles(chance, 128, chance.between(1, 1.8), stretch);
  const relief = reliefField(chance, height, (size / 128) * chance.octaves(0.8, 2), chance.octaves(0.25, 1));
  const first = material(studio, undefined, 2);
  const second = material(studio, undefined, 1);
  const border = chance.between(-0.5, 1.5);
  const blur = chance.octaves(0.05, 0.6);
  const unit = size / 128;
  const other = new Float32Array(3);
  cover(target, (x, y, into) => {
    first(x, y, into);
    const share = Math.min(1, Math.max(0, 0.5 + (tileAt(patches, x / unit, y / unit) - border) / blur));
    if (share > 0) {
      second(x, y, other);
      for (let c = 0; c < 3; c++) into[c] = into[c]! + (other[c]! - into[c]!) * share;
    }
    const gain = 0.3 + 1.4 * relief(x, y);
    for (let c = 0; c < 3; c++) into[c] = into[c]! * gain;
  });
}
