import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { cover, fill, type Canvas } from '../canvas.js';
import { clamp, gradient, hex, mix, scale, smoothstep } from '../color.js';
import { fbm } from '../noise.js';
import { pick } from '../pick.js';
import { circle, polygon } from '../shapes.js';
import { height, width } from '../size.js';
import { autumn } from './colors.js';

const moon = { x: 118, y: 96, radius: 52 };
const dusk = ['#16264a', '#274a78', '#4f7fa3', '#a6a9a8', '#e2a56f', '#8f5a45'].map(hex);

/** Evening light behind a wood that is out of focus, and a full moon. */
export function evening(target: Canvas, random: RandomNumbers, seed: number): void {
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
