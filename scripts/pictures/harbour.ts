import { randomNumbers, type RandomNumbers } from '../../src/internal/randomNumbers.js';
import { boat } from './boats.js';
import { bridge, house, tower } from './buildings.js';
import { canvas, fill, toRgb, type Canvas } from './canvas.js';
import { clamp, hex, mix, scale, smoothstep, type Color } from './color.js';
import { film } from './film.js';
import { blades, foliage, mountains, sky, water, type Sun } from './nature.js';
import { fbm, valueNoise } from './noise.js';
import { below, box, circle, line } from './shapes.js';

const width = 512;
const height = 384;
const shore = 232;

const pick = <T>(random: RandomNumbers, from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)]!;

const walls = ['#e8b45c', '#d9744f', '#eadcc0', '#c9564a', '#9fb7a4', '#e9c9a0', '#7f9fb8', '#f0e6cf', '#d68f6a'].map(
  hex,
);
const roofs = ['#b5533a', '#a84a37', '#8f4a3c', '#c06a48', '#7a4a44'].map(hex);
const shutterColors = ['#3f6b5c', '#35566e', '#7b3a35', '#4c6a3a', '#5b5f73'].map(hex);

/** Meadows, woods and fields on the hill below `top`. */
function hill(target: Canvas, top: (x: number) => number, near: Color, far: Color, seed: number): void {
  fill(target, below(top, 0, width, shore), (x, y) => {
    const depth = clamp((y - top(x)) / 60);
    const wood = smoothstep(0.47, 0.56, fbm(x * 0.022, y * 0.05, seed, 4));
    const field = Math.floor(valueNoise(x * 0.03 + y * 0.02, y * 0.09, seed + 3) * 5) / 5;
    const meadow = mix(mix(far, near, depth), hex('#c9b45f'), 0.45 * field);
    const crown = 0.7 + 0.7 * fbm(x * 0.35, y * 0.5, seed + 5, 3);
    const trees = scale(mix(hex('#3f6244'), hex('#28472f'), depth), crown);
    const slope = (top(x + 3) - top(x - 3)) * 0.05;
    return scale(mix(meadow, trees, wood), 0.95 - slope + 0.2 * (fbm(x * 0.15, y * 0.3, seed + 8, 3) - 0.5));
  });
}

/** Houses from left to right, shoulder to shoulder. */
function row(
  target: Canvas,
  random: RandomNumbers,
  from: number,
  to: number,
  ground: (x: number) => number,
  size: number,
): void {
  let wall: Color | undefined;
  for (let left = from; left < to - 12 * size;) {
    const wide = size * (24 + 17 * random.uniform());
    const right = Math.min(to, left + wide);
    const base = ground((left + right) / 2);
    const eaves = base - size * (31 + 22 * random.uniform());
    const gable = random.uniform() < 0.55;
    const others: readonly Color[] = walls.filter((color) => color !== wall);
    wall = pick(random, others);
    const ridge = eaves - (gable ? (right - left) * 0.42 : size * 11);
    house(
      target,
      {
        left,
        right,
        ground: base,
        eaves,
        ridge,
        wall,
        roof: pick(random, roofs),
        shutters: pick(random, shutterColors),
        gable,
      },
      random,
    );
    left = right;
  }
}

function quay(target: Canvas, from: number): void {
  fill(target, box(from, shore - 9, width, shore), (x, y) => {
    const course = Math.floor(y / 3.2);
    const stone = valueNoise(Math.floor(x / 7 + (course % 2) * 0.5) * 3.3, course * 7.7, 61);
    const joint = (y / 3.2) % 1 < 0.2 ? 0.75 : 1;
    return scale(hex('#a89a86'), joint * (0.66 + 0.38 * stone) * (1 - 0.35 * smoothstep(shore - 5, shore, y)));
  });
  fill(target, box(from - 1, shore - 11, width, shore - 8.4), hex('#d9ccb4'));
  for (let x = from + 14; x < width; x += 46) {
    fill(target, line([x, shore - 11], [x, shore - 31], 1.1), hex('#2c3036'));
    fill(target, circle(x, shore - 33, 2.3), hex('#fff0c4'));
    fill(target, line([x - 2.4, shore - 35], [x + 2.4, shore - 35], 0.9), hex('#2c3036'));
  }
}

/** People, barrels and crates on the quay: small strokes of color. */
function crowd(target: Canvas, random: RandomNumbers, from: number): void {
  for (let i = 0; i < 17; i++) {
    const x = from + (width - from) * random.uniform();
    const tall = 9.5 + 2.5 * random.uniform();
    const ground = shore - 9.5;
    const coat = pick(random, ['#b23b3b', '#2f4a6b', '#e8d9b8', '#3f5f47', '#d79b3c', '#5c4663'].map(hex));
    fill(target, line([x - 0.9, ground], [x - 0.4, ground - tall * 0.45], 1.2), hex('#2a2a33'));
    fill(target, line([x + 0.9, ground], [x + 0.4, ground - tall * 0.45], 1.2), hex('#2a2a33'));
    fill(target, line([x, ground - tall * 0.42], [x, ground - tall * 0.76], 2.8), coat);
    fill(target, circle(x, ground - tall * 0.92, 1.35), hex('#d9a684'));
  }
}

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
  row(target, random, 330, 506, (x) => 190 - 12 * smoothstep(330, 500, x), 0.62);
  row(target, random, 285, 512, (x) => 207 - 6 * smoothstep(285, 500, x), 0.72);
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
  row(target, random, 256, 516, () => shore - 10, 1);
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
