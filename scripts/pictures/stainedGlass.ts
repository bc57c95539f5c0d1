import { randomNumbers, type RandomNumbers } from '../../src/internal/randomNumbers.js';
import { clamp, gradient, hex, lerp, mix, scale, smoothstep, type Color } from './color.js';
import { fbm, hash, valueNoise } from './noise.js';
import { height, width } from './size.js';

const samples = 2;

/** A pane of glass: all places that are nearer to it than to any other. */
interface Pane {
  readonly x: number;
  readonly y: number;
  readonly color: Color;
}

/** Flowers: rings of petals around a heart. */
const flowers = [
  { x: 168, y: 168, rings: [16, 38, 64, 92, 116], petals: 12, turn: 0.1 },
  { x: 398, y: 250, rings: [12, 29, 50, 72, 92], petals: 10, turn: 0.4 },
  { x: 386, y: 62, rings: [9, 22, 39, 56], petals: 8, turn: 0 },
  { x: 40, y: 344, rings: [9, 22, 39, 57], petals: 8, turn: 0.2 },
];

const warm = ['#fbe7a3', '#f6b93b', '#ee7f2b', '#cf3a2c', '#8e1f3d'].map(hex);
const rosy = ['#fff0c9', '#f7a072', '#e4572e', '#b3224a', '#5e1f56'].map(hex);
const leaves = ['#d7d36a', '#8aa644', '#4a7c47', '#2a5c50'].map(hex);
const evening = ['#f3d9a4', '#e2a36b', '#b3656a', '#5f4a74', '#2f3f63', '#20617a'].map(hex);

/** Panes in rings around the flowers, leaves between them, and a background that flows around both. */
function panes(random: RandomNumbers, seed: number): Pane[] {
  const placed: Pane[] = [];
  const near = (x: number, y: number, limit: number): boolean =>
    placed.some((pane) => Math.hypot(pane.x - x, pane.y - y) < limit);
  const tint = (color: Color): Color => scale(color, 1 + 0.13 * random.normal());

  flowers.forEach(({ x, y, rings, petals, turn }, flower) => {
    placed.push({ x, y, color: tint(hex('#fdf3cf')) });
    rings.forEach((radius, ring) => {
      const count = petals * (ring < 2 ? 1 : 2);
      for (let i = 0; i < count; i++) {
        const angle = turn + ((i + 0.5 * (ring % 2)) * 2 * Math.PI) / count;
        const [px, py] = [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
        if (px < -16 || py < -16 || px > width + 16 || py > height + 16) continue;
        const outer = ring === rings.length - 1;
        const palette = flower % 2 === 0 ? warm : rosy;
        const petal = gradient(palette, (ring + 0.25 * (i % 2)) / (rings.length - 1));
        placed.push({ x: px, y: py, color: tint(outer && i % 3 !== 0 ? gradient(leaves, random.uniform()) : petal) });
      }
    });
  });

  for (let tries = 0; tries < 9000; tries++) {
    const [x, y] = [width * random.uniform() * 1.06 - 15, height * random.uniform() * 1.06 - 11];
    if (near(x, y, 15.5)) continue;
    const drift = fbm(x / 130, y / 90, seed, 3);
    const leaf = smoothstep(0.6, 0.66, fbm(x / 60, y / 60, seed + 4, 3));
    const color = mix(
      gradient(evening, clamp(1.5 * drift - 0.35 + 0.28 * (y / height))),
      gradient(leaves, drift),
      leaf,
    );
    placed.push({ x, y, color: tint(color) });
  }
  return placed;
}

/** A window of warm glass in lead: `[384, 512, 3]`, RGB in 0..1. */
export function stainedGlass(seed: number): Float32Array {
  const glass = panes(randomNumbers(seed), seed);
  const rgb = new Float32Array(width * height * 3);
  for (let row = 0; row < height * samples; row++) {
    for (let column = 0; column < width * samples; column++) {
      const px = (column + 0.5) / samples;
      const py = (row + 0.5) / samples;
      // Cut by hand: no border is quite straight.
      const x = px + 2.6 * (valueNoise(px / 17, py / 17, seed + 1) - 0.5);
      const y = py + 2.6 * (valueNoise(px / 17, py / 17, seed + 2) - 0.5);
      let first = Infinity;
      let index = 0;
      for (let i = 0; i < glass.length; i++) {
        const pane = glass[i]!;
        const square = (pane.x - x) ** 2 + (pane.y - y) ** 2;
        if (square < first) {
          first = square;
          index = i;
        }
      }
      const own = glass[index]!;
      // The distance to the nearest border: halfway between two panes.
      let border = Infinity;
      let toward = 0;
      for (let i = 0; i < glass.length; i++) {
        if (i === index) continue;
        const other = glass[i]!;
        const dx = other.x - own.x;
        const dy = other.y - own.y;
        if (Math.abs(dx) > 90 || Math.abs(dy) > 90) continue;
        const distance = ((own.x + other.x - 2 * x) * dx + (own.y + other.y - 2 * y) * dy) / (2 * Math.hypot(dx, dy));
        if (distance < border) {
          border = distance;
          toward = (dx + dy) / Math.hypot(dx, dy);
        }
      }
      const color = paneColor(own, index, x, y, border, seed);
      const lead = leadColor(border, toward, px, py, seed);
      const edge = smoothstep(1.55, 2.15, border);
      const into = (Math.floor(py) * width + Math.floor(px)) * 3;
      for (let c = 0; c < 3; c++)
        rgb[into + c] = rgb[into + c]! + clamp(lerp(lead[c]!, color[c]!, edge)) / samples ** 2;
    }
  }
  return rgb;
}

/** Glass with streaks and bubbles, darker to the edge, lit from behind. */
function paneColor(pane: Pane, index: number, x: number, y: number, border: number, seed: number): Color {
  const angle = 2 * Math.PI * hash(index, 1, seed);
  const along = (x - pane.x) * Math.cos(angle) + (y - pane.y) * Math.sin(angle);
  const across = (y - pane.y) * Math.cos(angle) - (x - pane.x) * Math.sin(angle);
  const streak = fbm(along / 26 + 13 * index, across / 5, seed + 6, 3) - 0.5;
  const behind = fbm(x / 70, y / 70, seed + 7, 3);
  const glow = 0.8 + 0.42 * smoothstep(1.5, 9, border) + 0.42 * streak + 0.34 * (behind - 0.5);
  const bubble = smoothstep(0.86, 0.93, valueNoise(x / 2.1, y / 2.1, seed + index)) * 0.16;
  const lit = scale(pane.color, glow);
  return mix(lit, [1, 0.97, 0.88], clamp(bubble + 0.5 * Math.max(0, streak - 0.12)));
}

/** Round bars of lead with a shine on the side to the light. */
function leadColor(border: number, toward: number, x: number, y: number, seed: number): Color {
  const round = Math.sqrt(clamp(1 - (border / 2.1) ** 2));
  const shine = smoothstep(0.3, 1, round + 0.35 * toward * (border / 2.1));
  return scale([0.3, 0.28, 0.29], 0.26 + 0.55 * shine * (0.55 + 0.6 * valueNoise(x / 5, y / 5, seed + 8)));
}
