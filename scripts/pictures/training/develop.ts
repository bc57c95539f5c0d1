import { clamp } from '../color.js';
import { colorAxes } from './palettes.js';
import type { Picture } from './picture.js';
import type { Studio } from './studio.js';
import { tileAt } from './tiles.js';

/** One blur with the weights `[share, 1 - 2 share, share]` along a line; `line` is room to work in. */
function blurLine(
  values: Float32Array,
  line: Float32Array,
  start: number,
  step: number,
  length: number,
  share: number,
): void {
  for (let i = 0; i < length; i++) line[i] = values[start + i * step]!;
  for (let i = 0; i < length; i++) {
    const before = line[i === 0 ? 0 : i - 1]!;
    const after = line[i === length - 1 ? i : i + 1]!;
    values[start + i * step] = line[i]! + share * (before + after - 2 * line[i]!);
  }
}

/** Softens by a Gaussian of about `deviation` pixels: small steps, each with the weights `[s, 1 - 2 s, s]` and variance `2 s`. */
function soften({ size, rgb }: Picture, deviation: number): void {
  const steps = Math.ceil((deviation * deviation) / 0.6);
  const share = (deviation * deviation) / steps / 2;
  const line = new Float32Array(size);
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < 3; c++) {
        blurLine(rgb, line, i * size * 3 + c, 3, size, share);
        blurLine(rgb, line, i * 3 + c, size * 3, size, share);
      }
    }
  }
}

/** Uneven light: a gain that changes slowly over the picture, and darker corners. */
function relight({ size, rgb }: Picture, { chance, cloudy }: Studio): void {
  const tile = cloudy();
  const unit = chance.between(1, 4) * (size / 128);
  const strength = chance.between(0, 0.25);
  const corners = chance.yes(0.4) ? chance.between(0, 0.5) : 0;
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      const u = x / size - 0.5;
      const v = y / size - 0.5;
      const gain = Math.max(0.1, 1 + strength * tileAt(tile, x / unit, y / unit)) * (1 - corners * (u * u + v * v));
      for (let c = 0; c < 3; c++) rgb[at + c] = rgb[at + c]! * gain;
    }
  }
}

interface AxisStatistics {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

const axes = [colorAxes.brightness, colorAxes.warmth, colorAxes.tint] as const;

function along(rgb: Float32Array, at: number, axis: (typeof axes)[number]): number {
  return axis[0] * rgb[at]! + axis[1] * rgb[at + 1]! + axis[2] * rgb[at + 2]!;
}

function measure(rgb: Float32Array): AxisStatistics {
  const count = rgb.length / 3;
  const [sums, squares] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let at = 0; at < rgb.length; at += 3) {
    for (let k = 0; k < 3; k++) {
      const value = along(rgb, at, axes[k]!);
      sums[k] = sums[k]! + value;
      squares[k] = squares[k]! + value * value;
    }
  }
  const means = sums.map((sum) => sum / count);
  return { means, deviations: squares.map((square, k) => Math.sqrt(Math.max(0, square / count - means[k]! ** 2))) };
}

/** The identity in the middle, bent smoothly towards 0 and 1 at the ends: film rather than clipping. */
function shoulder(x: number): number {
  const knee = 0.12;
  if (x < knee) return knee * Math.exp((x - knee) / knee);
  return x > 1 - knee ? 1 - knee * Math.exp((1 - knee - x) / knee) : x;
}

/**
 * Exposure: brightness and contrast become those of the mood, and the colors as varied, beside the brightness, as those of a
 * photograph. A picture that has hardly any contrast keeps some of its flatness.
 */
function expose({ rgb }: Picture, { chance, mood }: Studio): void {
  const { means, deviations } = measure(rgb);
  const wanted = mood.contrast * Math.sqrt(3);
  const gain = clamp(wanted / (deviations[0]! + 1e-6), 0.5, 2.5);
  const spread = Math.max(deviations[0]!, 0.05);
  const limit = (deviation: number, most: number): number => gain * Math.min(1, (most * spread) / (deviation + 1e-6));
  const vivid = chance.yes(0.1) ? 2 : 1;
  const gains = [
    gain,
    limit(deviations[1]!, vivid * chance.octaves(0.2, 0.75)),
    limit(deviations[2]!, vivid * chance.octaves(0.06, 0.2)),
  ];
  const targets = [mood.brightness * Math.sqrt(3), means[1]!, means[2]!];
  for (let at = 0; at < rgb.length; at += 3) {
    const values = [0, 1, 2].map((k) => targets[k]! + gains[k]! * (along(rgb, at, axes[k]!) - means[k]!));
    for (let c = 0; c < 3; c++) {
      const value = values[0]! * axes[0][c]! + values[1]! * axes[1][c]! + values[2]! * axes[2][c]!;
      rgb[at + c] = shoulder(value);
    }
  }
}

/** The noise of a sensor, mostly of brightness. */
function addGrain({ rgb }: Picture, { chance }: Studio): void {
  const strength = chance.octaves(0.003, 0.03);
  for (let at = 0; at < rgb.length; at += 3) {
    const shared = chance.uniform() - 0.5;
    for (let c = 0; c < 3; c++) rgb[at + c] = rgb[at + c]! + 3 * strength * (shared + 0.4 * (chance.uniform() - 0.5));
  }
}

/** What a camera does to a scene: uneven light, exposure, softness and grain. The result lies in 0..1. */
export function develop(target: Picture, studio: Studio): Float32Array {
  const { chance } = studio;
  if (chance.yes(0.5)) relight(target, studio);
  expose(target, studio);
  if (chance.yes(0.45)) soften(target, chance.octaves(0.35, 1.8));
  if (chance.yes(0.4)) addGrain(target, studio);
  const { rgb } = target;
  for (let i = 0; i < rgb.length; i++) rgb[i] = clamp(rgb[i]!);
  return rgb;
}
