import { mix, type Color } from '../../color.js';
import { hash } from '../../noise.js';
import { box, polygon } from '../../shapes.js';
import { material } from '../materials.js';
import { axisColor, flat, moodColor } from '../palettes.js';
import { cover, fill, type Paint, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';
import { drawTree } from './foliage.js';
import { skyPaint } from './landscape.js';

interface Windows {
  readonly wide: number;
  readonly high: number;
  readonly shareX: number;
  readonly shareY: number;
  readonly glass: Color;
  readonly lamp: Color;
  /** The share of windows with a lamp on. */
  readonly lit: number;
  readonly seed: number;
}

/** A wall with rows of windows; the sill throws a shadow. `left` and `top` are where the grid starts. */
function wallPaint(wall: Paint, windows: Windows, left: number, top: number): Paint {
  const { wide, high, shareX, shareY, glass, lamp, lit, seed } = windows;
  return (x, y, into) => {
    wall(x, y, into);
    const [column, row] = [Math.floor((x - left) / wide), Math.floor((y - top) / high)];
    const u = (x - left) / wide - column - 0.5;
    const v = (y - top) / high - row - 0.5;
    // The distance to the frame in pixels, positive inside.
    const inside = Math.min((shareX / 2 - Math.abs(u)) * wide, (shareY / 2 - Math.abs(v)) * high);
    const amount = Math.min(1, Math.max(0, inside + 0.5));
    if (amount > 0) {
      const chosen = hash(column, row, seed);
      const color = chosen < lit ? lamp : glass;
      const shade = 0.6 + 0.5 * hash(column, row, seed + 1) + 0.35 * v;
      for (let c = 0; c < 3; c++) into[c] = into[c]! + (color[c]! * shade - into[c]!) * amount;
    } else if (v > 0 && Math.abs(u) < shareX / 2 && (v - shareY / 2) * high < 1.6) {
      for (let c = 0; c < 3; c++) into[c] = into[c]! * 1.2;
    }
  };
}

const scaled = (paint: Paint, gain: number): Paint => {
  return (x, y, into) => {
    paint(x, y, into);
    for (let c = 0; c < 3; c++) into[c] = into[c]! * gain;
  };
};

function windowsFor({ chance }: Studio, unit: number, night: boolean): Windows {
  return {
    wide: unit * chance.between(0.7, 1.4),
    high: unit * chance.between(0.9, 1.8),
    shareX: chance.between(0.3, 0.85),
    shareY: chance.between(0.4, 0.8),
    glass: axisColor(chance.between(0.05, 0.45), chance.between(-0.12, 0.02), 0),
    lamp: axisColor(chance.between(0.65, 0.9), chance.between(0.1, 0.35), 0),
    lit: night ? chance.between(0.15, 0.6) : chance.yes(0.3) ? 0.08 : 0,
    seed: chance.whole(1, 1e6),
  };
}

/** A street or a skyline: houses behind houses, each with a sunny and a shady side, roofs and rows of windows. */
export function buildings(target: Picture, studio: Studio): void {
  const { chance, mood, size } = studio;
  const night = chance.yes(0.2);
  const sky = skyPaint(studio, size * chance.between(0.5, 1));
  cover(target, night ? scaled(sky, 0.3) : sky);
  const haze = new Float32Array(3);
  sky(size / 2, size / 2, haze);
  const air: Color = [haze[0]!, haze[1]!, haze[2]!];
  const street = size * chance.between(0.75, 1.1);
  const rows = chance.whole(1, 4);
  const sunLeft = chance.yes(0.5);
  for (let row = 0; row < rows; row++) {
    const nearness = (row + 1) / rows;
    const houseWidth = size * chance.octaves(0.1, 0.35) * (0.5 + nearness);
    for (let x = -chance.between(0, houseWidth); x < size;) {
      const wide = houseWidth * chance.between(0.5, 1.3);
      const high = size * chance.octaves(0.2, 0.8) * (1.2 - 0.4 * nearness);
      const foot = street - size * 0.15 * (1 - nearness);
      const top = foot - high;
      const color = mix(air, moodColor(chance, mood, chance.between(0.25, 0.85)), 0.35 + 0.65 * nearness);
      const wall = scaled(material(studio, color, 0.5), night ? 0.3 : 1);
      const windows = windowsFor(studio, size * chance.octaves(0.03, 0.11) * (0.5 + nearness / 2), night);
      const sideShare = chance.between(0, 0.45);
      const corner = sunLeft ? x + wide * (1 - sideShare) : x + wide * sideShare;
      const facade = wallPaint(wall, windows, corner, top);
      const lower = chance.between(0, 0.12) * high;
      const sunny = sunLeft ? [x, corner] : [corner, x + wide];
      const shady = sunLeft ? [corner, x + wide] : [x, corner];
      // The lines of the roof run away from the nearest corner.
      const face = ([from, to]: readonly number[], paint: Paint): void => {
        const [a, b] = [from === corner ? top : top + lower, to === corner ? top : top + lower];
        fill(target, polygon([from!, a], [to!, b], [to!, foot], [from!, foot]), paint);
      };
      face(sunny, facade);
      face(shady, scaled(facade, chance.between(0.4, 0.75)));
      if (chance.yes(0.35)) {
        const roof = material(studio, axisColor(chance.between(0.15, 0.45), chance.between(0, 0.25), 0.02), 0.5);
        const ridge = top - wide * chance.between(0.15, 0.5);
        fill(
          target,
          polygon([x - 2, top + 1], [x + wide / 2, ridge], [x + wide + 2, top + 1]),
          scaled(roof, night ? 0.4 : 1),
        );
      }
      x += wide * chance.between(0.9, 1.25);
    }
  }
  if (street < size) {
    const road = material(studio, axisColor(chance.between(0.2, 0.55), 0.01, 0));
    fill(target, box(-2, street, size + 2, size + 2), scaled(road, night ? 0.4 : 1));
    if (chance.yes(0.4)) {
      for (let i = chance.whole(1, 3); i > 0; i--) {
        drawTree(target, studio, chance.between(0, size), street + 3, size * chance.between(0.15, 0.35));
      }
    }
  }
  if (chance.yes(0.2)) {
    for (let i = chance.whole(1, 4); i > 0; i--) {
      const x = chance.between(0, size);
      const pole = flat(axisColor(chance.between(0.03, 0.3), 0, 0));
      fill(target, box(x, size * chance.between(0.1, 0.5), x + chance.between(1, 4), size + 2), pole);
    }
  }
}
