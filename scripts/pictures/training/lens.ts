import type { Picture } from './picture.js';
import type { Studio } from './studio.js';
import { tileAt } from './tiles.js';

/**
 * Softens by a Gaussian of about `deviation` pixels: small steps, each with the weights `[s, 1 - 2 s, s]` and variance `2 s` along
 * rows and columns.
 */
export function soften({ size, rgb }: Picture, deviation: number): void {
  const steps = Math.ceil((deviation * deviation) / 0.6);
  const share = (deviation * deviation) / steps / 2;
  const width = size * 3;
  const before = new Float32Array(width);
  const row = new Float32Array(width);
  for (let step = 0; step < steps; step++) {
    before.set(rgb.subarray(0, width));
    for (let start = 0; start < rgb.length; start += width) {
      // Along the column: the row above as it was, this row, the row below; then along the row.
      const below = start + width < rgb.length ? start + width : start;
      for (let i = 0; i < width; i++) {
        const value = rgb[start + i]!;
        row[i] = value + share * (before[i]! + rgb[below + i]! - 2 * value);
        before[i] = value;
      }
      for (let i = 0; i < width; i++) {
        const left = row[i < 3 ? i : i - 3]!;
        const right = row[i + 3 < width ? i + 3 : i]!;
        rgb[start + i] = row[i]! + share * (left + right - 2 * row[i]!);
      }
    }
  }
}

/** Sharp around one place or along a band, as soft everywhere else as a lens makes it: depth of field. */
export function focus({ size, rgb }: Picture, { chance, cloudy }: Studio): void {
  const soft: Picture = { size, rgb: rgb.slice() };
  soften(soft, chance.octaves(1.2, 4) * (size / 160));
  const [x, y] = [size * chance.between(0.2, 0.8), size * chance.between(0.2, 0.9)];
  const band = chance.yes(0.4);
  const [sharp, width] = [size * chance.between(0.05, 0.3), size * chance.between(0.05, 0.3)];
  const tile = cloudy();
  const unit = size / 100;
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at += 3) {
      const [dx, dy] = [band ? 0 : column - x, row - y];
      const away = Math.sqrt(dx * dx + dy * dy) - sharp + 0.06 * size * tileAt(tile, column / unit, row / unit);
      const share = Math.min(1, Math.max(0, away / width));
      for (let c = 0; c < 3; c++) rgb[at + c] = rgb[at + c]! + share * (soft.rgb[at + c]! - rgb[at + c]!);
    }
  }
}

/** Colors at half of the resolution of the brightness: what cameras and JPEG files keep of them. */
export function halveColors({ size, rgb }: Picture): void {
  const pixels = [0, 3, size * 3, size * 3 + 3];
  for (let y = 0; y + 1 < size; y += 2) {
    for (let x = 0; x + 1 < size; x += 2) {
      const start = (y * size + x) * 3;
      const gray = pixels.map(
        (offset) => (rgb[start + offset]! + rgb[start + offset + 1]! + rgb[start + offset + 2]!) / 3,
      );
      const mean = (gray[0]! + gray[1]! + gray[2]! + gray[3]!) / 4;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const offset of pixels) sum += rgb[start + offset + c]!;
        const color = sum / 4 - mean;
        pixels.forEach((offset, i) => {
          rgb[start + offset + c] = gray[i]! + color;
        });
      }
    }
  }
}
