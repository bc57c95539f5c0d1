import { clamp, type Color } from '../color.js';
import type { Chance } from './chance.js';
import type { Paint } from './picture.js';

/**
 * The axes along which the colors of photographs vary, strongest first: brightness, blue to orange, green to magenta. Unit vectors
 * at right angles.
 */
export const colorAxes = {
  brightness: [Math.sqrt(1 / 3), Math.sqrt(1 / 3), Math.sqrt(1 / 3)],
  warmth: [Math.sqrt(1 / 2), 0, -Math.sqrt(1 / 2)],
  tint: [Math.sqrt(1 / 6), -Math.sqrt(2 / 3), Math.sqrt(1 / 6)],
} as const;

/** A color by its mean of red, green and blue (0..1), warmth and tint. Near black and white there is less room for the latter two. */
export function axisColor(brightness: number, warmth: number, tint: number): Color {
  const light = clamp(brightness, 0.01, 0.99);
  const room = 0.25 + 3 * light * (1 - light);
  const channel = (c: 0 | 1 | 2): number =>
    clamp(light + room * (warmth * colorAxes.warmth[c] + tint * colorAxes.tint[c]));
  return [channel(0), channel(1), channel(2)];
}

/** What the colors of one picture have in common. */
export interface Mood {
  readonly brightness: number;
  readonly contrast: number;
  readonly warmth: number;
  readonly tint: number;
  /** Deviation of the warmth between the things of the picture; that of the tint is a fraction of it. */
  readonly variety: number;
  readonly tintShare: number;
  /** What the variety is allowed, beside the contrast: 1, or more in the few vivid pictures. */
  readonly colorfulness: number;
  /** How much lighter things are warmer; negative: cooler, as under a blue sky. */
  readonly lean: number;
}

/** As in photographs: mostly muted, sometimes nearly grey, now and then strongly colored. */
export function mood(chance: Chance): Mood {
  const vivid = chance.yes(0.2);
  return {
    brightness: clamp(0.49 + 0.16 * chance.normal(), 0.14, 0.88),
    contrast: clamp(0.205 * Math.exp(0.36 * chance.normal()), 0.06, 0.42),
    warmth: (vivid ? 0.12 : 0.07) * chance.normal(),
    tint: (vivid ? 0.07 : 0.025) * chance.normal() - 0.008,
    variety: (vivid ? 0.34 : 0.18) * Math.exp(0.5 * chance.normal()),
    tintShare: chance.between(0.2, vivid ? 0.9 : 0.5),
    colorfulness: vivid ? 2.2 : 1,
    lean: chance.between(-0.25, 0.25),
  };
}

/** A color that goes with the mood, `brightness` given or drawn. */
export function moodColor(chance: Chance, feel: Mood, brightness?: number): Color {
  const light = brightness ?? clamp(feel.brightness + feel.contrast * 1.3 * chance.normal(), 0.03, 0.97);
  // Heavy tails: most things are greyer than the deviation says, a few are far more colorful.
  const strength = feel.variety * Math.exp(0.6 * chance.normal()) * 0.8;
  return axisColor(
    light,
    feel.warmth + feel.lean * (light - 0.5) + strength * chance.normal(),
    feel.tint + feel.tintShare * strength * chance.normal(),
  );
}

const entries = 256;

/** A table of colors from 0 to 1. */
export type Ramp = Float32Array;

/** A ramp through the stops; with `steps` above 0 it has that many flat colors instead. */
export function ramp(stops: readonly Color[], steps = 0): Ramp {
  const table = new Float32Array(entries * 3);
  for (let i = 0; i < entries; i++) {
    const t =
      steps > 0 ? Math.min(steps - 1, Math.floor((i * steps) / entries)) / Math.max(1, steps - 1) : i / (entries - 1);
    const at = t * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    const [a, b] = [stops[from]!, stops[from + 1]!];
    for (let c = 0; c < 3; c++) table[i * 3 + c] = a[c]! + (b[c]! - a[c]!) * (at - from);
  }
  return table;
}

/** Reads a ramp at `t`, cut to 0..1. */
export function rampAt(table: Ramp, t: number, into: Float32Array): void {
  const at = 3 * (t <= 0 ? 0 : t >= 1 ? entries - 1 : Math.floor(t * entries));
  into[0] = table[at]!;
  into[1] = table[at + 1]!;
  into[2] = table[at + 2]!;
}

/** A ramp from the dark to the light shades of one thing, its hue turning a little on the way. */
export function shades(chance: Chance, feel: Mood, base: Color, contrast: number): Ramp {
  const turn = 0.04 * chance.normal();
  const shade = (by: number): Color => {
    const gain = 1 + by * contrast;
    return [clamp(base[0] * gain + turn * by), clamp(base[1] * gain), clamp(base[2] * gain - turn * by)];
  };
  return chance.yes(0.25)
    ? ramp([shade(-1), base, moodColor(chance, feel), shade(1)])
    : ramp([shade(-1), shade(0), shade(1)]);
}

/** One color everywhere. */
export const flat =
  (color: Color): Paint =>
  (_x, _y, into) => {
    into[0] = color[0];
    into[1] = color[1];
    into[2] = color[2];
  };
