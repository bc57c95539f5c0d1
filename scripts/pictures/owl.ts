import { randomNumbers, type RandomNumbers } from '../../src/internal/randomNumbers.js';
import { bough, mapleLeaf } from './autumn.js';
import { canvas, cover, fill, toRgb, type Canvas } from './canvas.js';
import { clamp, gradient, hex, mix, scale, smoothstep } from './color.js';
import { drawFeather, drawStrands, type Marking } from './feathers.js';
import { film } from './film.js';
import { fbm, hash } from './noise.js';
import { circle, ellipse, line, polygon, type Point } from './shapes.js';

const width = 512;
const height = 384;

const pick = <T>(random: RandomNumbers, from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)]!;

const moon = { x: 118, y: 96, radius: 52 };
const head = { x: 300, y: 122 };
const dusk = ['#16264a', '#274a78', '#4f7fa3', '#a6a9a8', '#e2a56f', '#8f5a45'].map(hex);
const autumn = ['#c8402c', '#dd6b2a', '#e79a2f', '#b4312f', '#d9b53a', '#8f3b2a'].map(hex);

/** Evening light behind a wood that is out of focus, and a full moon. */
function evening(target: Canvas, random: RandomNumbers, seed: number): void {
  cover(target, (x, y) => {
    const away = Math.hypot(x - moon.x, y - moon.y);
    const glow = 0.5 * Math.exp(-(away - moon.radius) / 60) + 0.16 * Math.exp(-away / 200);
    const cloud = smoothstep(0.5, 0.8, fbm(x / 150, y / 34, seed, 5));
    const sky = mix(
      gradient(dusk, y / 330 + 0.06 * (fbm(x / 90, y / 60, seed + 1, 3) - 0.5)),
      hex('#e9b58a'),
      0.45 * cloud,
    );
    const ground = mix(sky, hex('#fbeec2'), clamp(glow));
    const seas = smoothstep(0.45, 0.62, fbm(x / 26, y / 26, seed + 2, 4));
    const rough = fbm(x / 6, y / 6, seed + 3, 3);
    const disc = scale(mix(hex('#fff5d6'), hex('#cdbb98'), 0.75 * seas), 0.92 + 0.14 * rough);
    return mix(ground, disc, smoothstep(moon.radius + 0.7, moon.radius - 0.7, away));
  });
  const trunks = [
    [14, 34, 16],
    [196, 20, 12],
    [428, 42, 18],
    [486, 24, 12],
    [72, 14, 9],
  ] as const;
  for (const [x, wide, softness] of trunks) {
    const lean = 14 * random.normal();
    const trunk = polygon(
      [x - wide / 2, 390],
      [x + lean - wide / 3, -10],
      [x + lean + wide / 3, -10],
      [x + wide / 2, 390],
    );
    fill(target, trunk, (_x, y) => mix(hex('#1c2233'), hex('#3d2c2e'), y / height), 0.82, softness);
  }
  for (let i = 0; i < 190; i++) {
    const [x, y] = [width * random.uniform(), height * (1.02 - 0.75 * random.uniform() ** 1.7)];
    if (Math.hypot(x - moon.x, y - moon.y) < 90) continue;
    const low = y / height;
    const color = mix(pick(random, autumn), mix(hex('#22384a'), hex('#2c3a2a'), low), 0.45 + 0.4 * random.uniform());
    const radius = 5 + 15 * random.uniform();
    fill(target, circle(x, y, radius), scale(color, 0.75 + 0.5 * random.uniform()), 0.5, 2 + 0.7 * radius);
  }
  // Lights far away, as discs.
  for (let i = 0; i < 26; i++) {
    const [x, y] = [width * random.uniform(), 210 + 165 * random.uniform()];
    const disc = circle(x, y, 3 + 7 * random.uniform());
    fill(target, disc, pick(random, ['#ffd27a', '#ffb35e', '#fff0c0'].map(hex)), 0.12 + 0.24 * random.uniform(), 1.6);
  }
}

/** The moon from the upper left, darker to the right and below, over the round body. */
function light(x: number, y: number): number {
  const u = (x - 300) / 104;
  const v = (y - 205) / 190;
  return clamp(1.06 - 0.3 * u - 0.16 * v - 0.26 * u * u, 0.4, 1.35);
}

const cream = hex('#f0dcb4');
const tawny = hex('#c98f52');
const brown = hex('#7d5332');
const umber = hex('#33201a');

/** Rows of feathers that overlap like tiles, from the lowest row up. */
function plumage(
  target: Canvas,
  random: RandomNumbers,
  rows: { top: number; bottom: number; step: number; spacing: number },
  extent: (y: number) => readonly [number, number],
  describe: (x: number, y: number, side: number) => { angle: number; length: number; width: number; marking: Marking },
): void {
  for (let y = rows.bottom, row = 0; y >= rows.top; y -= rows.step, row++) {
    const [left, right] = extent(y);
    for (let x = left + (row % 2) * (rows.spacing / 2); x <= right; x += rows.spacing) {
      const [px, py] = [x + 1.5 * random.normal(), y + 1.5 * random.normal()];
      const side = (2 * (px - left)) / (right - left) - 1;
      const { marking, ...look } = describe(px, py, side);
      drawFeather(target, { x: px, y: py, ...look }, marking, light, Math.floor(1e6 * random.uniform()));
    }
  }
}

function tail(target: Canvas, random: RandomNumbers): void {
  for (const i of [-3, 3, -2, 2, -1, 1, 0]) {
    const marking = { base: brown, tip: mix(tawny, cream, 0.3), dark: umber, bars: 5, streak: 0 };
    const angle = Math.PI / 2 - 0.07 * i;
    drawFeather(
      target,
      { x: 300 + 10 * i, y: 286, angle, length: 104, width: 13 },
      marking,
      light,
      pick(random, [1, 2, 3]),
    );
  }
}

/** Breast and belly: pale, each feather with a dark streak and fine bars. */
function breast(target: Canvas, random: RandomNumbers): void {
  const half = (y: number): number => 84 * Math.sqrt(clamp(1 - ((y - 214) / 116) ** 2));
  plumage(
    target,
    random,
    { top: 158, bottom: 306, step: 8.5, spacing: 13 },
    (y) => [300 - half(y), 300 + half(y)],
    (_x, y, side) => {
      const low = (y - 158) / 148;
      const base = mix(
        mix(cream, tawny, 0.25 + 0.6 * Math.abs(side) ** 1.5),
        tawny,
        0.3 * (1 - low) + 0.2 * random.uniform(),
      );
      const marking = {
        base,
        tip: mix(cream, base, 0.35),
        dark: umber,
        bars: low > 0.4 ? 2 : 0,
        streak: 0.34 - 0.2 * low,
      };
      return { angle: Math.PI / 2 - 0.35 * side, length: 29 - 3 * low, width: 9.5, marking };
    },
  );
}

/** Folded wings over the sides of the breast: long flight feathers below, small coverts above them. */
function wings(target: Canvas, random: RandomNumbers): void {
  for (const side of [-1, 1]) {
    // Along the shoulder and down the side; `out` is away from the body.
    const along = (t: number, out: number): Point => [
      300 + side * (74 + 24 * Math.sin(Math.PI * (0.2 + 0.7 * t)) + out),
      170 + 150 * t,
    ];
    for (let i = 7; i >= 0; i--) {
      const [x, y] = along(0.36 + 0.045 * i, -2 - 4 * i);
      const marking = { base: scale(brown, 0.8), tip: tawny, dark: umber, bars: 5, streak: 0 };
      const feather = { x, y, angle: Math.PI / 2 + side * (0.02 + 0.055 * i), length: 112 - 7 * i, width: 12 };
      drawFeather(target, feather, marking, light, i + 3);
    }
    for (let t = 0.6; t >= -0.08; t -= 0.05) {
      for (let k = 4; k >= 0; k--) {
        const inward = 11 * k * (1 - 0.55 * t);
        const [x, y] = along(t, 4 - inward + 1.5 * random.normal());
        const base = mix(brown, tawny, 0.35 * random.uniform() + 0.1 * k);
        const tip = random.uniform() < 0.3 ? cream : mix(base, cream, 0.25);
        const marking = { base: scale(base, 0.8), tip, dark: umber, bars: 2.5, streak: 0.16 };
        const feather = { x, y, angle: Math.PI / 2 + side * (0.3 * t - 0.04 * k), length: 30 + 16 * t, width: 9 };
        drawFeather(target, feather, marking, light, Math.floor(1e6 * random.uniform()));
      }
    }
  }
}

/** The crown and the sides of the head, and the two tufts that look like ears. */
function crown(target: Canvas, random: RandomNumbers): void {
  fill(target, ellipse(head.x, head.y + 2, 88, 64), scale(umber, 1.1), 1, 2);
  for (const side of [-1, 1]) {
    for (let i = 0; i < 11; i++) {
      // All of them end near one point.
      const [x, y] = [300 + side * (70 - 5 * i), 92 - 1.6 * i];
      const [dx, dy] = [300 + side * (97 - 2.5 * i) - x, 24 + 2.4 * i - y];
      const marking = { base: umber, tip: mix(brown, tawny, 0.09 * i), dark: umber, bars: 0, streak: 0.42 };
      const feather = { x, y, angle: Math.atan2(dy, dx), length: Math.hypot(dx, dy), width: 6 };
      drawFeather(target, feather, marking, light, i + 20);
    }
  }
  const feathers = Array.from({ length: 620 }, () => {
    const angle = 2 * Math.PI * random.uniform();
    const reach = Math.sqrt(random.uniform());
    return { x: head.x + 86 * reach * Math.cos(angle), y: head.y + 4 + 62 * reach * Math.sin(angle) };
  }).sort((a, b) => Math.hypot(b.x - head.x, b.y - 118) - Math.hypot(a.x - head.x, a.y - 118));
  for (const { x, y } of feathers) {
    const base = mix(brown, tawny, random.uniform());
    const marking = { base, tip: mix(base, cream, 0.5 * random.uniform()), dark: umber, bars: 0, streak: 0.3 };
    const angle = Math.atan2(y - 112, 0.8 * (x - head.x)) + 0.25 * random.normal();
    const length = 15 + 5 * random.uniform();
    drawFeather(target, { x, y, angle, length, width: 4.4 }, marking, light, Math.floor(1e6 * random.uniform()));
  }
}

function eye(target: Canvas, x: number, y: number, seed: number): void {
  fill(target, circle(x, y, 23.5), hex('#140c0a'), 1, 1.5);
  fill(target, circle(x, y, 21), (px, py) => {
    const [dx, dy] = [px - x, py - y];
    const reach = Math.hypot(dx, dy) / 21;
    const fiber = hash(Math.floor((Math.atan2(dy, dx) / Math.PI) * 44), Math.floor(reach * 3), seed);
    const amber = gradient(['#ffe36b', '#ffb52b', '#f08a16', '#8e3f0c'].map(hex), clamp(reach * 1.35 - 0.4));
    return scale(amber, (0.86 + 0.24 * fiber) * (0.72 + 0.42 * smoothstep(-21, 14, dy)));
  });
  fill(target, circle(x, y + 0.5, 10.5), hex('#070506'), 1, 1.2);
  fill(target, ellipse(x - 5.5, y - 6, 4.4, 3.6), hex('#fffdf4'), 0.95, 1.2);
  fill(target, circle(x + 5.5, y + 6, 1.7), hex('#cfe4ff'), 0.6, 1.2);
}

/** Two discs of strands around the eyes, pale brows, and the beak between. */
function face(target: Canvas, random: RandomNumbers, seed: number): void {
  for (const side of [-1, 1]) {
    const [x, y] = [head.x + side * 39, head.y + 6];
    drawStrands(target, random, { x, y, inner: 34, outer: 44, flatness: 1.02 }, 420, () =>
      mix(umber, brown, 0.3 * random.uniform()),
    );
    drawStrands(target, random, { x, y, inner: 17, outer: 36, flatness: 1.02 }, 1500, (angle, reach) => {
      const inward = -side * Math.cos(angle);
      const pale = smoothstep(0.1, 0.9, inward) * 0.9 + 0.25 * (1 - reach);
      return scale(
        mix(mix(tawny, brown, 0.5 * reach), cream, clamp(pale)),
        0.74 + 0.38 * light(x + reach * 30 * Math.cos(angle), y),
      );
    });
    // The brow: from the beak outwards and up.
    for (let i = 0; i < 120; i++) {
      const t = random.uniform();
      const from: Point = [head.x + side * (7 + 52 * t), head.y - 2 - 33 * t ** 0.75 + 4 * random.normal()];
      const angle = -0.62 + 0.25 * random.normal();
      const long = 9 + 9 * random.uniform();
      const to: Point = [from[0] + side * long * Math.cos(angle), from[1] + long * Math.sin(angle)];
      fill(target, line(from, to, 1.5), mix(cream, hex('#fffaf0'), random.uniform()), 0.85 - 0.5 * t);
    }
  }
  const beak = polygon([286, 128], [314, 128], [313, 146], [305, 163], [300, 171], [295, 163], [287, 146]);
  for (let i = 0; i < 150; i++) {
    const x = head.x + 12 * random.normal();
    const start = head.y + 2 + 12 * random.uniform();
    fill(
      target,
      line([x, start], [x + 0.5 * (x - head.x), start + 26 + 12 * random.uniform()], 1.3),
      mix(cream, tawny, 0.6 * random.uniform()),
      0.7,
    );
  }
  fill(target, beak, (x, y) => {
    const round = clamp(1 - Math.abs(x - 298) / 16);
    return mix(
      scale(hex('#3a3432'), 0.5 + 0.8 * round),
      hex('#d9cdb8'),
      0.55 * smoothstep(0.75, 1, round) * smoothstep(168, 132, y),
    );
  });
  for (let i = 0; i < 90; i++) {
    const side = i % 2 === 0 ? -1 : 1;
    const start: Point = [head.x + side * (6 + 10 * random.uniform()), head.y + 2 + 14 * random.uniform()];
    const end: Point = [head.x + side * (9 + 14 * random.uniform()), start[1] + 16 + 12 * random.uniform()];
    fill(target, line(start, end, 1.2), mix(cream, hex('#fffaf0'), random.uniform()), 0.8);
  }
  for (const side of [-1, 1]) eye(target, head.x + side * 39, head.y + 6, seed + side);
}

/** Legs in soft down, and toes with claws around the bough. */
function feet(target: Canvas, random: RandomNumbers): void {
  for (const x of [268, 332]) {
    for (const toe of [-1, 1, 0]) {
      const knuckle: Point = [x + 12 * toe, 329];
      const claw = polygon(
        [knuckle[0] - 4.5, 330],
        [knuckle[0] + 4.5, 330],
        [knuckle[0] + 2.5 * toe + 2, 343],
        [knuckle[0] + 3 * toe, 351],
        [knuckle[0] + 2 * toe - 2, 342],
      );
      fill(target, line([knuckle[0] + 2, 333], [knuckle[0] + 3, 345], 9), [0.05, 0.03, 0.02], 0.45, 5);
      fill(target, claw, (px) => scale(hex('#2a2422'), 0.8 + 1.4 * smoothstep(3, 0, Math.abs(px - knuckle[0] + 1.5))));
      fill(target, line([x + 7 * toe, 314], knuckle, 12), (px, py) => {
        const round = 1 - ((px - knuckle[0] + 3) / 13) ** 2;
        return scale(mix(tawny, cream, 0.3), (0.45 + 0.45 * clamp(round)) * (0.9 + 0.25 * fbm(px / 2, py / 6, 9, 3)));
      });
    }
    const down = Array.from({ length: 420 }, () => [x + 13 * random.normal(), 292 + 32 * random.uniform()] as const);
    for (const [px, py] of down.sort((a, b) => b[1] - a[1])) {
      const shade = scale(mix(cream, tawny, random.uniform()), (0.62 + 0.3 * random.uniform()) * light(px, py));
      fill(target, line([px, py], [px + 2 * random.normal(), py + 8], 1.8), shade, 0.9);
    }
  }
}

/** Leaves along a twig. */
function twig(target: Canvas, random: RandomNumbers, points: readonly Point[], size: number, seed: number): void {
  points.slice(1).forEach((point, i) => {
    fill(target, line(points[i]!, point, 3.2 - (2 * i) / points.length), hex('#3a2a22'));
  });
  points.slice(1).forEach(([x, y], i) => {
    for (const side of [-1, 1, 0.2]) {
      const angle = Math.PI / 2 + side * (0.7 + 0.4 * random.uniform());
      mapleLeaf(
        target,
        [x, y],
        angle,
        size * (0.75 + 0.5 * random.uniform()),
        pick(random, autumn),
        random,
        seed + 7 * i + side,
      );
    }
  });
}

/** An owl on a bough under an autumn moon: `[384, 512, 3]`, RGB in 0..1. */
export function owl(seed: number): Float32Array {
  const random = randomNumbers(seed);
  const target = canvas(width, height);
  evening(target, random, seed + 1);
  tail(target, random);
  bough(
    target,
    [
      [-10, 372, 50],
      [120, 346, 42],
      [260, 338, 38],
      [390, 330, 34],
      [522, 300, 26],
    ],
    0.85,
    seed + 20,
  );
  breast(target, random);
  wings(target, random);
  crown(target, random);
  face(target, random, seed + 30);
  feet(target, random);
  twig(
    target,
    random,
    [
      [530, -8],
      [488, 20],
      [452, 36],
      [424, 62],
    ],
    25,
    seed + 40,
  );
  twig(
    target,
    random,
    [
      [532, 96],
      [500, 112],
      [474, 140],
    ],
    22,
    seed + 60,
  );
  twig(
    target,
    random,
    [
      [-12, 236],
      [22, 250],
      [52, 272],
    ],
    24,
    seed + 80,
  );
  film(target, 0.03, seed + 90);
  return toRgb(target);
}
