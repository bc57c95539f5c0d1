import type { RgbaPixels } from '../image/index.js';
import { glyphHeight, glyphWidth, hasInk } from './bitmapFont.js';

const paper = 255;
const ink = 40;

/** A white RGB canvas that pictures and text are put on. */
export function blankSheet(width: number, height: number) {
  const data = new Uint8Array(width * height * 3).fill(paper);
  return {
    data,
    picture(pixels: RgbaPixels, left: number, top: number): void {
      for (let y = 0; y < pixels.height; y++) {
        for (let x = 0; x < pixels.width; x++) {
          const from = (y * pixels.width + x) * 4;
          data.set(pixels.data.subarray(from, from + 3), ((top + y) * width + left + x) * 3);
        }
      }
    },
    text(label: string, left: number, top: number, scale: number): void {
      label.split('').forEach((character, i) => {
        for (let y = 0; y < glyphHeight * scale; y++) {
          for (let x = 0; x < glyphWidth * scale; x++) {
            if (!hasInk(character, Math.floor(x / scale), Math.floor(y / scale))) continue;
            const column = left + i * (glyphWidth + 1) * scale + x;
            data.fill(ink, ((top + y) * width + column) * 3, ((top + y) * width + column + 1) * 3);
          }
        }
      });
    },
  };
}
