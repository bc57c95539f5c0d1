import type { Picture } from '../picture.js';
import { cover } from '../picture.js';
import { axisColor, moodColor, ramp, rampAt } from '../palettes.js';
import type { Studio } from '../studio.js';
import { noiseTiles, tileAt } from '../tiles.js';

/** The power of two that is not below the size. */
const tileFor = (size: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, size)));

/** Noise with the spectrum of photographs: one field painted through a ramp, or one for each axis of color. */
export function coloredNoise(target: Picture, { chance, mood }: Studio): void {
  const size = tileFor(target.size);
  const stretch = chance.yes(0.25) ? chance.octaves(2, 8) : 1;
  const [a, b] = noiseTiles(chance, size, chance.between(0.8, 1.7), stretch);
  if (chance.yes(0.4)) {
    const stops = Array.from({ length: chance.whole(2, 6) }, () => moodColor(chance, mood));
    const table = ramp(stops, chance.yes(0.15) ? chance.whole(2, 6) : 0);
    const contrast = chance.between(0.18, 0.4);
    cover(target, (x, y, into) => {
      rampAt(table, 0.5 + contrast * tileAt(a, x, y), into);
    });
    return;
  }
  const { brightness, contrast, warmth, tint, variety, tintShare } = mood;
  const follow = chance.between(-0.7, 0.7);
  cover(target, (x, y, into) => {
    const light = tileAt(a, x, y);
    const color = tileAt(b, x, y);
    into.set(
      axisColor(
        brightness + contrast * light,
        warmth + variety * (color + follow * light),
        // The same field elsewhere: as good as a third one.
        tint + variety * tintShare * tileAt(b, y + size / 2 + 0.5, size / 3 - x),
      ),
    );
  });
}
