import { mix, type Color } from '../../color.js';
import { line } from '../../shapes.js';
import { blob } from '../blob.js';
import type { Chance } from '../chance.js';
import { material } from '../materials.js';
import { axisColor, flat, moodColor } from '../palettes.js';
import { cover, fill, type Paint, type Picture } from '../picture.js';
import type { Shape } from '../../shapes.js';
import type { Studio } from '../studio.js';
import { skyPaint } from './landscape.js';

/** A pointed leaf along a direction: where two circles overlap. */
function leaf(x: number, y: number, angle: number, length: number, width: number): Shape {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const half = length / 2;
  const radius = (half * half + width * width) / (2 * width);
  const offset = radius - width;
  return {
    distance: (px, py) => {
      const u = (px - x) * cos + (py - y) * sin;
      const v = Math.abs((py - y) * cos - (px - x) * sin) + offset;
      return Math.sqrt(u * u + v * v) - radius;
    },
    bounds: [x - half, y - half, x + half, y + half],
  };
}

/** Green to yellow, in autumn also red; now and then any color. */
function leafColor(chance: Chance, light: number, season: number): Color {
  if (season < 0.7) return axisColor(light, chance.between(0.02, 0.22), chance.between(-0.2, -0.05));
  return axisColor(light, chance.between(0.15, 0.42), chance.between(-0.1, 0.1));
}

const glossy = (color: Color, x: number, y: number, angle: number, length: number): Paint => {
  const [dx, dy] = [-Math.sin(angle) / length, Math.cos(angle) / length];
  return (px, py, into) => {
    const across = (px - x) * dx + (py - y) * dy;
    const gain = 1 + 0.8 * across + (Math.abs(across * length) < 0.6 ? 0.15 : 0);
    for (let c = 0; c < 3; c++) into[c] = color[c]! * gain;
  };
};

/** A crown of many small leaves over a trunk with branches. */
export function drawTree(target: Picture, { chance }: Studio, x: number, foot: number, height: number): void {
  const bark = flat(axisColor(chance.between(0.05, 0.3), chance.between(0.02, 0.1), 0.01));
  const lean = chance.between(-0.15, 0.15) * height;
  const top = [x + lean, foot - height * 0.6] as const;
  fill(target, line([x, foot], top, Math.max(1, height * 0.07)), bark);
  const crown = height * chance.between(0.25, 0.4);
  for (let i = 0; i < 5; i++) {
    const angle = -chance.between(0.2, Math.PI - 0.2);
    fill(
      target,
      line(top, [top[0] + crown * Math.cos(angle), top[1] + crown * Math.sin(angle)], Math.max(0.8, height * 0.025)),
      bark,
    );
  }
  const season = chance.uniform();
  const sparse = chance.yes(0.15) ? 0.2 : 1;
  const leaves = Math.min(400, 60 + height * 3) * sparse;
  const leafSize = Math.max(1.2, crown * 0.12);
  for (let i = 0; i < leaves; i++) {
    const angle = chance.between(0, 2 * Math.PI);
    const reach = crown * Math.sqrt(chance.uniform());
    const [dx, dy] = [reach * Math.cos(angle) * 1.1, reach * Math.sin(angle)];
    // Light from above, to the left.
    const light = 0.28 - (0.14 * (dy + 0.5 * dx)) / crown + 0.08 * chance.normal();
    const spot = blob(chance, top[0] + dx, top[1] + dy, leafSize * chance.octaves(0.5, 1.3));
    fill(target, spot, flat(leafColor(chance, light, season)), 0.9, 1.3);
  }
}

/** Leaves near the eye, the deeper the darker, with twigs and perhaps flowers; or blades of grass. */
export function foliage(target: Picture, studio: Studio): void {
  const { chance, size, mood } = studio;
  const season = chance.uniform();
  const far = leafColor(chance, chance.between(0.05, 0.3), season);
  cover(target, chance.yes(0.25) ? skyPaint(studio, size) : material(studio, far, 2));
  const grass = chance.yes(0.3);
  const length = size * chance.octaves(grass ? 0.2 : 0.05, grass ? 0.6 : 0.3);
  const slimness = grass ? chance.between(0.02, 0.05) : chance.between(0.12, 0.35);
  const wind = grass ? -Math.PI / 2 + chance.between(-0.4, 0.4) : chance.between(0, 2 * Math.PI);
  const disorder = grass ? 0.25 : chance.between(0.3, 2);
  const count = Math.min(700, (2.5 * size * size) / (length * length * slimness * 1.4));
  const bark = flat(mix(far, [0.1, 0.07, 0.05], 0.7));
  const flower = chance.yes(0.3) ? moodColor(chance, mood, chance.between(0.5, 0.9)) : undefined;
  const brightest = chance.between(0.35, 0.7);
  for (let i = 0; i < count; i++) {
    const depth = i / count;
    const [x, y] = [
      chance.between(0, size),
      grass ? size * (0.2 + 1.2 * depth * chance.between(0.6, 1.1)) : chance.between(0, size),
    ];
    const angle = wind + disorder * chance.normal();
    const long = length * chance.between(0.5, 1.2);
    const light = 0.05 + brightest * depth * chance.between(0.5, 1) + 0.06 * chance.normal();
    const color = leafColor(chance, light, season);
    if (!grass && chance.yes(0.08)) {
      fill(
        target,
        line([x, y], [x - 2 * long * Math.cos(angle), y - 2 * long * Math.sin(angle)], chance.octaves(0.8, 3)),
        bark,
      );
    }
    fill(target, leaf(x, y, angle, long, Math.max(0.7, long * slimness)), glossy(color, x, y, angle, long));
    if (flower !== undefined && chance.yes(0.04)) {
      for (let petal = 0; petal < 5; petal++) {
        const turn = angle + (petal * 2 * Math.PI) / 5;
        const r = long * 0.25;
        fill(
          target,
          leaf(x + r * Math.cos(turn), y + r * Math.sin(turn), turn, 2 * r, r * 0.5),
          glossy(flower, x, y, turn, r * 2),
        );
      }
      fill(target, blob(chance, x, y, long * 0.08), flat(axisColor(0.6, 0.35, 0)));
    }
  }
}
