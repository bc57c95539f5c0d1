import { randomNumbers } from '../../src/internal/randomNumbers.js';
import { clamp, gradient, hex, mix, scale, smoothstep, type Color } from './color.js';
import { fbm } from './noise.js';
import { height, width } from './size.js';
import { light, paintLayer, relief, type FlowField } from './strokes.js';

/** Whorls of the wind: where they are, how wide, which way round, and how bright their heart is. */
const whorls = [
  { x: 118, y: 104, radius: 70, spin: 1, glow: 1 },
  { x: 292, y: 76, radius: 48, spin: -1, glow: 0.75 },
  { x: 418, y: 142, radius: 84, spin: 1, glow: 1 },
  { x: 226, y: 186, radius: 40, spin: -1, glow: 0.35 },
  { x: 502, y: 30, radius: 40, spin: -1, glow: 0.6 },
  { x: 20, y: 208, radius: 36, spin: 1, glow: 0.4 },
];

const blues = ['#0d1b4c', '#173a86', '#2461b4', '#3f8fce', '#86c3dd'].map(hex);
const golds = ['#7a5a1c', '#b98418', '#e3aa1d', '#f6cf3f', '#fdeb9a'].map(hex);
const embers = ['#d9541e', '#f08b1d', '#f8c22e', '#fdeb8d', '#fffbe2'].map(hex);

/** The border between the field and the sky. */
const edge = (x: number, seed: number): number =>
  262 + 16 * Math.sin(x / 74 + 0.6) + 22 * (fbm(x / 90, 3, seed, 3) - 0.5);

/** Wind above, furrows below. */
function flowField(seed: number): FlowField {
  return (x, y) => {
    const turn = 1.5 * (fbm(x / 110, y / 80, seed, 3) - 0.5);
    if (y > edge(x, seed)) {
      const roll = 0.55 * Math.cos(x / 46 + y / 30) + turn;
      return [Math.cos(roll), Math.sin(roll) + 0.08];
    }
    let [u, v] = [0.75 * Math.cos(turn), 0.75 * Math.sin(turn) + 0.12 * Math.sin(x / 60)];
    for (const whorl of whorls) {
      const [dx, dy] = [x - whorl.x, y - whorl.y];
      const distance = Math.hypot(dx, dy) + 1e-3;
      const pull = 3.2 * Math.exp(-((distance / whorl.radius) ** 2));
      // Round about, and a little inwards: a spiral.
      u += pull * whorl.spin * (-dy / distance) - 0.22 * pull * (dx / distance);
      v += pull * whorl.spin * (dx / distance) - 0.22 * pull * (dy / distance);
    }
    return [u, v];
  };
}

/** The color that the painter has in mind for a place. */
function design(x: number, y: number, seed: number): Color {
  const border = edge(x, seed);
  if (y > border) {
    const furrow =
      0.5 + 0.5 * Math.sin((y - border) / 9.5 + 1.6 * Math.sin(x / 46 + y / 30) + 5 * fbm(x / 80, y / 60, seed + 2, 3));
    const ripe = gradient(golds, 0.12 + 0.8 * furrow);
    const shade = smoothstep(0.42, 0.1, furrow) * 0.75;
    return mix(
      mix(ripe, hex('#2c6a5a'), shade),
      hex('#c2461f'),
      0.5 * smoothstep(0.64, 0.75, fbm(x / 30, y / 24, seed + 3, 3)),
    );
  }
  let tone = 0.16 + 0.5 * fbm(x / 70, y / 34, seed + 4, 4) + 0.22 * smoothstep(100, border, y);
  let warm = 0;
  let heat = 0;
  for (const { x: cx, y: cy, radius, glow } of whorls) {
    const distance = Math.hypot(x - cx, y - cy) / radius;
    // Rings of light and dark around each heart.
    tone += 0.3 * glow * Math.exp(-((distance / 1.25) ** 2)) * Math.sin(distance * 11);
    const shine =
      glow * Math.exp(-((distance / 0.5) ** 2)) + 0.35 * glow * Math.exp(-(((distance - 0.78) / 0.12) ** 2));
    warm = Math.max(warm, shine);
    heat = Math.max(heat, glow * (1 - distance / 0.55));
  }
  const night = gradient(blues, clamp(tone));
  const horizon = 0.55 * smoothstep(46, 4, border - y);
  return mix(mix(night, hex('#f3c65a'), horizon), gradient(embers, clamp(0.25 + heat)), smoothstep(0.12, 0.55, warm));
}

/** A painting of wind over a ripe field, in thick strokes of blue and yellow: `[384, 512, 3]`, RGB in 0..1. */
export function swirls(seed: number): Float32Array {
  const random = randomNumbers(seed);
  const flow = flowField(seed);
  const target = relief(width, height, 2, hex('#27407a'));
  const jitter = (color: Color, amount: number): Color => {
    const bright = 1 + amount * random.normal();
    return [
      clamp(color[0] * bright + 0.4 * amount * random.normal()),
      clamp(color[1] * bright + 0.4 * amount * random.normal()),
      clamp(color[2] * bright + 0.4 * amount * random.normal()),
    ];
  };
  const layer = (spacing: number, strokeWidth: number, length: number, load: number, share: number): void => {
    paintLayer(target, random, flow, spacing, (x, y) => {
      if (random.uniform() > share) return undefined;
      const color = jitter(design(x, y, seed), 0.1);
      return {
        color: random.uniform() < 0.06 ? mix(color, scale(hex('#fff6d0'), 0.98), 0.55) : color,
        width: strokeWidth * (0.75 + 0.5 * random.uniform()),
        length: length * (0.6 + 0.8 * random.uniform()),
        load,
      };
    });
  };
  layer(13, 17, 52, 0.7, 1);
  layer(8, 9.5, 40, 0.9, 1);
  layer(6, 6, 30, 1.1, 0.9);
  layer(7, 4, 24, 1.2, 0.5);
  return light(target, 0.48);
}
