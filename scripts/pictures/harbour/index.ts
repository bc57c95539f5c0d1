import { randomNumbers } from '../../../src/internal/randomNumbers.js';
import { canvas, fill, toRgb } from '../canvas.js';
import { hex, scale, smoothstep } from '../color.js';
import { film } from '../film.js';
import { fbm } from '../noise.js';
import { pick } from '../pick.js';
import { below, circle, line } from '../shapes.js';
import { height, width } from '../size.js';
import { boat } from './boat.js';
import { bridge } from './bridge.js';
import { hill } from './hill.js';
import { houses } from './houses.js';
import { mountains } from './mountains.js';
import { blades, foliage } from './plants.js';
import { crowd, quay } from './quay.js';
import { shore } from './shore.js';
import { sky, type Sun } from './sky.js';
import { tower } from './tower.js';
import { water } from './water.js';

/** A town on a lake in the late afternoon: `[384, 512, 3]`, RGB in 0..1. */
export function harbour(seed: number): Float32Array {
  const random = randomNumbers(seed);
  const target = canvas(width, height);
  const sun: Sun = { x: 122, y: 66, color: hex('#ffdf9e') };
  sky(target, ['#3f78b8', '#6fa3d0', '#a9c8dc', '#e7d9bd', '#f4c998'].map(hex), 205, sun, seed + 1);

  const haze = hex('#b9c6d6');
  const crest = (base: number, high: number, wide: number, salt: number) => (x: number) =>
    base - high * (0.25 + fbm(x / wide, 0.5, seed + salt, 6)) ** 1.6;
  mountains(target, crest(190, 150, 120, 11), shore, hex('#7d808c'), { color: haze, amount: 0.38 }, 128, seed + 12);
  mountains(target, crest(204, 74, 85, 13), shore, hex('#5f6f6d'), { color: haze, amount: 0.26 }, 40, seed + 14);

  const slope = (x: number): number =>
    214 - 66 * smoothstep(215, 470, x) - 26 * smoothstep(120, 0, x) - 12 * fbm(x / 60, 2, seed + 15, 4);
  hill(target, slope, hex('#7fa04f'), hex('#8fae72'), seed + 16);

  // The upper town, its tower, and trees between the roofs.
  houses(target, random, 330, 506, (x) => 190 - 12 * smoothstep(330, 500, x), 0.62);
  houses(target, random, 285, 512, (x) => 207 - 6 * smoothstep(285, 500, x), 0.72);
  tower(target, 352, 205, 21, 112, hex('#d8c3a0'), hex('#4f7f78'));
  for (let i = 0; i < 11; i++) {
    const x = 258 + 250 * random.uniform();
    const y = 204 + 5 * random.uniform();
    foliage(
      target,
      random,
      [
        [x, y, 6],
        [x + 5, y + 3, 4.5],
        [x - 5, y + 3, 4.5],
      ],
      { size: 1.7, dark: hex('#1f3d2a'), light: hex('#8db35a') },
    );
  }
  bridge(target, 66, 262, shore, 4, hex('#b3a58f'));
  houses(target, random, 256, 516, () => shore - 10, 1);
  quay(target, 250);
  crowd(target, random, 258);

  // The wooded bank at the other end of the bridge.
  fill(
    target,
    below((x) => shore - 16 * smoothstep(96, 20, x) - 4, 0, 92, shore),
    (x, y) => scale(hex('#6d7f45'), 0.7 + 0.5 * fbm(x * 0.2, y * 0.3, seed + 19, 3)),
  );
  for (const [x, y, size] of [
    [74, 216, 10],
    [56, 205, 14],
    [34, 196, 18],
    [12, 184, 22],
    [50, 219, 11],
    [24, 214, 13],
    [4, 214, 13],
  ] as const) {
    fill(target, line([x, y], [x, shore - 3], 3), hex('#3d2f25'));
    foliage(
      target,
      random,
      [
        [x, y, size],
        [x - size * 0.6, y + size * 0.5, size * 0.65],
        [x + size * 0.6, y + size * 0.45, size * 0.7],
      ],
      {
        size: 2.3,
        dark: hex('#16301f'),
        light: hex('#a5bd55'),
      },
    );
  }

  water(target, shore, hex('#1d4a60'), sun, seed + 20);
  boat(
    target,
    { x: 214, y: 262, size: 36, hull: hex('#f1ead9'), stripe: hex('#b23a32'), sails: hex('#f6efe0'), heading: -1 },
    seed + 30,
  );
  boat(target, { x: 262, y: 247, size: 25, hull: hex('#2f5f7f'), stripe: hex('#f1ead9'), heading: 1 }, seed + 31);
  boat(target, { x: 402, y: 254, size: 27, hull: hex('#b8473a'), stripe: hex('#f4e3b8'), heading: -1 }, seed + 32);
  boat(
    target,
    { x: 333, y: 314, size: 74, hull: hex('#2c4a63'), stripe: hex('#e9b64a'), sails: hex('#e0703e'), heading: -1 },
    seed + 33,
  );
  boat(target, { x: 108, y: 318, size: 52, hull: hex('#8a4b2f'), stripe: hex('#e8d8b0'), heading: 1 }, seed + 34);

  // The bank where we stand: grass, reeds and flowers.
  const bank = (x: number): number =>
    384 - 30 * smoothstep(360, 512, x) - 26 * smoothstep(130, 0, x) - 7 * fbm(x / 24, 1, seed + 21, 3);
  fill(target, below(bank, 0, width, height), (x, y) =>
    scale(hex('#3f5a2c'), 0.55 + 0.6 * fbm(x * 0.12, y * 0.12, seed + 22, 4)),
  );
  const roots = Array.from({ length: 620 }, () => {
    const x = width * random.uniform();
    const y = bank(x) + 5 + 22 * random.uniform();
    const edge = Math.abs(x - 250) / 256;
    return [x, y, (6 + 13 * random.uniform()) * (0.35 + 0.9 * edge)] as const;
  }).sort((a, b) => a[1] - b[1]);
  blades(target, random, roots, hex('#22401f'), hex('#b7bf5c'));
  for (let i = 0; i < 90; i++) {
    const x = random.uniform() < 0.55 ? 512 - 130 * random.uniform() ** 1.4 : 110 * random.uniform() ** 1.4;
    const y = bank(x) - 4 + 26 * random.uniform();
    const petals = pick(random, ['#d8483f', '#f2c33d', '#f3ede0', '#8f6bb0'].map(hex));
    for (let petal = 0; petal < 5; petal++) {
      const angle = (petal * 2 * Math.PI) / 5 + i;
      fill(
        target,
        circle(x + 1.5 * Math.cos(angle), y + 1.2 * Math.sin(angle), 1.15),
        scale(petals, 0.85 + 0.15 * Math.sin(angle + 1)),
      );
    }
    fill(target, circle(x, y, 0.9), hex('#7a4a1c'));
  }
  film(target, 0.035, seed + 40);
  return toRgb(target);
}
