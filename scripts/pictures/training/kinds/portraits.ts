import { clamp, mix, type Color } from '../../color.js';
import { ellipse, line } from '../../shapes.js';
import { blob } from '../blob.js';
import type { Chance } from '../chance.js';
import { material } from '../materials.js';
import { axisColor, flat, moodColor } from '../palettes.js';
import { cover, fill, type Paint, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';
import { tileAt } from '../tiles.js';
import { soften } from '../lens.js';

/** Rounded by light from one side: a ball's shading around `[x, y]`. */
function rounded(paint: Paint, x: number, y: number, radius: number, angle: number): Paint {
  const [lx, ly] = [Math.cos(angle), Math.sin(angle)];
  return (px, py, into) => {
    paint(px, py, into);
    const [u, v] = [(px - x) / radius, (py - y) / radius];
    const gain = 1.02 + 0.32 * (u * lx + v * ly) - 0.3 * (u * u + v * v);
    // What the light does not reach is redder: light comes through skin.
    const dark = Math.max(0, 1 - gain);
    into[0] = into[0]! * (gain + 0.12 * dark);
    into[1] = into[1]! * gain;
    into[2] = into[2]! * gain;
  };
}

/** From very dark to very light; mostly brown, a few of any color as under stage lights. */
function skinColor({ chance, mood }: Studio): Color {
  const light = chance.between(0.22, 0.82);
  if (chance.yes(0.15)) return moodColor(chance, mood, light);
  return axisColor(light, chance.between(0.12, 0.24), chance.between(-0.01, 0.05));
}

/** Hair or fur from the head outwards and down, strand by strand. */
function drawHair(target: Picture, { chance, cloudy }: Studio, x: number, y: number, radius: number): void {
  const base = axisColor(chance.octaves(0.06, 0.75), chance.between(0, 0.25), chance.between(0, 0.04));
  const tile = cloudy();
  const length = radius * chance.between(0.3, 1.6);
  const curl = chance.between(0, 0.8);
  const strands = Math.min(500, 12 * radius);
  for (let i = 0; i < strands; i++) {
    const around = -Math.PI / 2 + chance.between(-1.7, 1.7);
    let [px, py] = [x + radius * 0.95 * Math.cos(around), y + radius * 1.1 * Math.sin(around)];
    let angle = around + (around > -Math.PI / 2 ? 0.9 : -0.9);
    const color = flat(mix(base, chance.yes(0.5) ? [0, 0, 0] : [1, 0.9, 0.8], chance.between(0, 0.35)));
    for (let step = 0; step < 4; step++) {
      const [nx, ny] = [px + (length / 4) * Math.cos(angle), py + (length / 4) * Math.sin(angle)];
      fill(target, line([px, py], [nx, ny], chance.octaves(0.8, 2.2) * Math.max(1, radius / 30)), color, 0.8, 1.2);
      [px, py] = [nx, ny];
      // Falls under its weight, and curls.
      angle += 0.35 * Math.cos(angle) + curl * tileAt(tile, nx / 2, ny / 2);
    }
  }
}

function drawEyes(target: Picture, chance: Chance, x: number, y: number, radius: number): void {
  const iris = axisColor(chance.between(0.15, 0.5), chance.between(-0.2, 0.25), 0);
  const [apart, size] = [radius * chance.between(0.32, 0.45), radius * chance.between(0.12, 0.2)];
  const open = chance.between(0.35, 0.75);
  const brow = flat(axisColor(0.12, 0.06, 0));
  for (const side of [-1, 1]) {
    const eye = x + side * apart;
    fill(target, ellipse(eye, y, size * 1.25, size * open * 1.3), flat([0.25, 0.13, 0.1]), 0.5, size / 2);
    fill(target, ellipse(eye, y, size, size * open), flat([0.92, 0.9, 0.87]), 0.95, 1.2);
    fill(target, ellipse(eye, y, size * 0.5, size * Math.min(0.5, open)), flat(iris), 1, 1.2);
    fill(target, ellipse(eye, y, size * 0.24, size * 0.24), flat([0.02, 0.02, 0.02]), 1, 1);
    fill(target, ellipse(eye - size * 0.15, y - size * 0.15, size * 0.1, size * 0.1), flat([1, 1, 1]), 0.9, 1);
    fill(
      target,
      line([eye - size * 1.2, y - size * 1.2], [eye + size * 1.2, y - size * 1.3], size * 0.3),
      brow,
      0.8,
      1.5,
    );
  }
}

/** Heads and shoulders before a soft background. */
export function portraits(target: Picture, studio: Studio): void {
  const { chance, mood, size } = studio;
  cover(target, material(studio, undefined, 3));
  for (let i = chance.whole(0, 14); i > 0; i--) {
    const spot = blob(chance, chance.between(0, size), chance.between(0, size), size * chance.octaves(0.04, 0.25));
    fill(target, spot, flat(moodColor(chance, mood)), 0.9, 2);
  }
  soften(target, chance.octaves(1, 4) * (size / 160));
  const heads = chance.yes(0.7) ? 1 : chance.whole(2, 4);
  for (let i = 0; i < heads; i++) {
    const radius = (size * chance.octaves(0.14, 0.4)) / Math.sqrt(heads);
    const x = heads === 1 ? size * chance.between(0.3, 0.7) : (size * (i + chance.between(0.2, 0.8))) / heads;
    const y = size * chance.between(0.3, 0.55);
    const skin = skinColor(studio);
    const angle = chance.between(-Math.PI, 0);
    const cloth = material(studio, undefined, 1);
    const foot = y + radius * 3.4;
    const surface = chance.yes(0.5) ? flat(skin) : material(studio, skin, 1);
    fill(target, blob(chance, x, foot, radius * 2.2), rounded(cloth, x, foot, radius * 2.4, angle));
    fill(target, line([x, y + radius], [x, y + radius * 1.7], radius), rounded(surface, x, y, radius * 1.8, angle));
    drawHair(target, studio, x, y - radius * 0.1, radius * 1.12);
    fill(target, ellipse(x, y, radius * 0.92, radius * 1.2), rounded(surface, x, y, radius * 1.25, angle), 1, 1.5);
    drawEyes(target, chance, x, y - radius * 0.1, radius);
    const nose = flat(mix(skin, [0.2, 0.08, 0.05], 0.5));
    fill(
      target,
      line([x + radius * 0.06, y], [x + radius * 0.12, y + radius * 0.4], radius * 0.1),
      nose,
      0.6,
      radius / 6,
    );
    const lips = flat(axisColor(clamp(skin[1] * 0.8), 0.2, 0.1));
    fill(target, ellipse(x, y + radius * 0.68, radius * chance.between(0.2, 0.36), radius * 0.09), lips, 0.9, 2);
    if (chance.yes(0.6)) drawHair(target, studio, x, y - radius * 0.35, radius * 0.85);
  }
}
