import type { RandomNumbers } from '../../../src/internal/randomNumbers.js';
import { fill, type Canvas } from '../canvas.js';
import { clamp, gradient, hex, mix, scale, smoothstep } from '../color.js';
import { hash } from '../noise.js';
import { circle, ellipse, line, polygon, type Point } from '../shapes.js';
import { brown, cream, light, tawny, umber } from './colors.js';
import { drawFeather, drawStrands } from './feathers.js';

const head = { x: 300, y: 122 };

/** The crown and the sides of the head, and the two tufts that look like ears. */
export function crown(target: Canvas, random: RandomNumbers): void {
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
export function face(target: Canvas, random: RandomNumbers, seed: number): void {
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
