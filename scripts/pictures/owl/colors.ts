import { clamp, hex } from '../color.js';

/* What the parts of the picture share. */

/** Of leaves. */
export const autumn = ['#c8402c', '#dd6b2a', '#e79a2f', '#b4312f', '#d9b53a', '#8f3b2a'].map(hex);

/** Of feathers. */
export const cream = hex('#f0dcb4');
export const tawny = hex('#c98f52');
export const brown = hex('#7d5332');
export const umber = hex('#33201a');

/** The moon from the upper left, darker to the right and below, over the round body. */
export function light(x: number, y: number): number {
  const u = (x - 300) / 104;
  const v = (y - 205) / 190;
  return clamp(1.06 - 0.3 * u - 0.16 * v - 0.26 * u * u, 0.4, 1.35);
}
