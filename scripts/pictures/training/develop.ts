import { clamp } from '../color.js';
import { focus, halveColors, soften } from './lens.js';
import { colorAxes } from './palettes.js';
import type { Picture } from './picture.js';
import { colorCovariance, varianceAlong } from './statistics.js';
import type { Studio } from './studio.js';
import { tileAt } from './tiles.js';

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

const axes = [colorAxes.brightness, colorAxes.warmth, colorAxes.tint] as const;

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
  const { means, covariance } = colorCovariance(rgb);
  const deviations = axes.map((axis) => Math.sqrt(varianceAlong(covariance, axis)));
  const gain = clamp((mood.contrast * Math.sqrt(3)) / deviations[0]!, 0.3, 2.5);
  const spread = Math.max(deviations[0]!, 0.05);
  const limited = (deviation: number, most: number): number => gain * Math.min(1, (most * spread) / deviation);
  const gains = [
    gain,
    limited(deviations[1]!, mood.colorfulness * chance.octaves(0.3, 1)),
    limited(deviations[2]!, mood.colorfulness * chance.octaves(0.07, 0.25)),
  ];
  // The three gains along the axes as one matrix on red, green and blue.
  const matrix = Float64Array.from({ length: 9 }, (_, k) =>
    axes.reduce((sum, axis, i) => sum + gains[i]! * axis[Math.floor(k / 3)]! * axis[k % 3]!, 0),
  );
  const mean = (means[0]! + means[1]! + means[2]!) / 3;
  const shift = mood.brightness - mean;
  for (let at = 0; at < rgb.length; at += 3) {
    const red = rgb[at]! - means[0]!;
    const green = rgb[at + 1]! - means[1]!;
    const blue = rgb[at + 2]! - means[2]!;
    for (let c = 0; c < 3; c++) {
      const change = matrix[c * 3]! * red + matrix[c * 3 + 1]! * green + matrix[c * 3 + 2]! * blue;
      rgb[at + c] = shoulder(means[c]! + shift + change);
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

/** What a camera does to a scene: uneven light, depth of field, exposure, softness and grain. The result lies in 0..1. */
export function develop(target: Picture, studio: Studio): Float32Array {
  const { chance } = studio;
  if (chance.yes(0.5)) relight(target, studio);
  if (chance.yes(0.15)) focus(target, studio);
  expose(target, studio);
  if (chance.yes(0.35)) soften(target, chance.octaves(0.35, 1.6));
  if (chance.yes(0.3)) addGrain(target, studio);
  if (chance.yes(0.5)) halveColors(target);
  const { rgb } = target;
  for (let i = 0; i < rgb.length; i++) rgb[i] = clamp(rgb[i]!);
  return rgb;
}
