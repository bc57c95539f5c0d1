import type { Shape } from '../shapes.js';
import type { Chance } from './chance.js';

const steps = 128;

/** A closed outline without corners, given by its distance from the middle in every direction. The distance is the radial one. */
export function blob(chance: Chance, x: number, y: number, radius: number): Shape {
  const table = new Float32Array(steps + 1).fill(1);
  const roughness = chance.octaves(0.03, 0.35);
  for (let wave = 2; wave < 9; wave++) {
    const height = (roughness * chance.normal()) / (wave - 1);
    const phase = chance.between(0, 2 * Math.PI);
    for (let i = 0; i <= steps; i++) table[i] = table[i]! + height * Math.cos((wave * 2 * Math.PI * i) / steps + phase);
  }
  const flatness = chance.between(0.45, 1);
  const turn = chance.between(0, Math.PI);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const reach = radius * Math.max(...table);
  return {
    distance: (px, py) => {
      const u = (px - x) * cos + (py - y) * sin;
      const v = ((py - y) * cos - (px - x) * sin) / flatness;
      const length = Math.sqrt(u * u + v * v);
      const at = (Math.atan2(v, u) / (2 * Math.PI) + 0.5) * steps;
      const i = Math.min(steps - 1, Math.floor(at));
      return length - radius * (table[i]! + (table[i + 1]! - table[i]!) * (at - i));
    },
    bounds: [x - reach, y - reach, x + reach, y + reach],
  };
}
