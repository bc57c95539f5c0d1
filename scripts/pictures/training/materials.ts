import type { Color } from '../color.js';
import { noiseField, patternField, reliefField, type Field } from './fields.js';
import { flat, moodColor, ramp, rampAt, shades } from './palettes.js';
import type { Paint } from './picture.js';
import type { Studio } from './studio.js';

const choices = [
  { kind: 'noise', weight: 5 },
  { kind: 'relief', weight: 4 },
  { kind: 'pattern', weight: 2 },
  { kind: 'plain', weight: 2 },
] as const;

/** Multiplies the color by the field, which is 1/2 where nothing changes. */
function modulated(paint: Paint, field: Field, amount: number): Paint {
  return (x, y, into) => {
    paint(x, y, into);
    const gain = 1 + amount * (2 * field(x, y) - 1);
    into[0] = into[0]! * gain;
    into[1] = into[1]! * gain;
    into[2] = into[2]! * gain;
  };
}

/** Paints the ramp by the field. */
export const ramped =
  (table: Float32Array, field: Field): Paint =>
  (x, y, into) => {
    rampAt(table, field(x, y), into);
  };

/** A surface: stone, cloth, plaster, foliage from afar... `scale` is the size of the thing, 1 for a whole picture. */
export function material(studio: Studio, base?: Color, scale = 1): Paint {
  const { chance, mood } = studio;
  const color = base ?? moodColor(chance, mood);
  const unit = scale * chance.octaves(0.7, 2.5);
  const contrast = chance.octaves(0.12, 0.8);
  const tile = chance.yes(0.2) ? studio.grained() : chance.yes(0.35) ? studio.rough() : studio.natural();
  switch (chance.pickWeighted(choices).kind) {
    case 'noise':
      return ramped(shades(chance, mood, color, contrast), noiseField(chance, tile, unit));
    case 'relief':
      return ramped(shades(chance, mood, color, contrast), reliefField(chance, tile, unit, chance.octaves(0.1, 0.5)));
    case 'pattern': {
      const table = chance.yes(0.5)
        ? shades(chance, mood, color, contrast)
        : ramp([color, moodColor(chance, mood), moodColor(chance, mood)]);
      const pattern = ramped(table, patternField(studio, chance.octaves(3, 24) * scale));
      return modulated(pattern, noiseField(chance, studio.natural(), unit), chance.between(0, 0.4));
    }
    case 'plain':
      return modulated(flat(color), noiseField(chance, studio.cloudy(), unit), chance.octaves(0.05, 0.5));
  }
}

/** The paint under a light that falls off in one direction over `size` pixels around `[x, y]`. */
export function lit(studio: Studio, paint: Paint, x: number, y: number, size: number): Paint {
  const { chance } = studio;
  const angle = chance.between(0, 2 * Math.PI);
  const fall = chance.between(0, 0.55) / size;
  const dx = fall * Math.cos(angle);
  const dy = fall * Math.sin(angle);
  return modulated(paint, (px, py) => 0.5 + (px - x) * dx + (py - y) * dy, 1);
}
