/** Red, green, blue in 0..1, gamma-encoded as in a file. */
export type Color = readonly [number, number, number];

/** `'#rrggbb'` as a color. */
export function hex(code: string): Color {
  const value = parseInt(code.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export const clamp = (x: number, low = 0, high = 1): number => Math.min(high, Math.max(low, x));

/** 0 below `from`, 1 above `to`, smooth between; `from` may be the larger one. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = clamp((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;

export const mix = (a: Color, b: Color, t: number): Color => [
  lerp(a[0], b[0], t),
  lerp(a[1], b[1], t),
  lerp(a[2], b[2], t),
];

/** Brightens (`amount` above 1) or darkens. */
export const scale = (color: Color, amount: number): Color => [color[0] * amount, color[1] * amount, color[2] * amount];

/** A color between the stops, for `t` in 0..1. */
export function gradient(stops: readonly Color[], t: number): Color {
  const at = clamp(t) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  return mix(stops[i]!, stops[i + 1]!, at - i);
}
