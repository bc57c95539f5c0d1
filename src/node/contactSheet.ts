import { imageToPixels, resizeImage, type RgbaPixels } from '../image/index.js';
import { assert, assertImage, assertNoOthers, assertNumber, show } from '../internal/assert.js';
import type { Image } from '../types.js';
import { glyphHeight, glyphWidth } from './bitmapFont.js';
import { blankSheet } from './blankSheet.js';
import { loadSharp } from './loadSharp.js';

/** One picture of a contact sheet with what stands below it. */
export interface ContactSheetCell {
  /** `[1, h, w, 3]`. */
  readonly image: Image;
  /** One line of printable ASCII; what does not fit is cut. */
  readonly label: string;
}

/** Options of {@link contactSheet}. */
export interface ContactSheetOptions {
  /** Pictures in a row. @defaultValue 4, or fewer for fewer pictures */
  readonly columns?: number;
  /** Width of each picture in pixels; its height follows from its proportions. @defaultValue 256 */
  readonly cellWidth?: number;
}

/** `label` in at most `length` characters, the end replaced by two dots where it is longer. */
const cut = (label: string, length: number): string =>
  label.length <= length ? label : label.slice(0, Math.max(0, length - 2)) + '..';

/**
 * Lays pictures side by side on white, each with a label below it: results beside each other, as a PNG file in memory.
 *
 * The letters come from a small font of its own, so that they are there on machines without fonts. Needs the package `sharp`
 * (`npm install sharp`), which is loaded when this is first called.
 *
 * @param cells - pictures `[1, h, w, 3]` with labels, row by row.
 * @returns The bytes of a PNG file.
 * @throws StyleError if there are no cells, an option is out of range or a picture holds NaN; ShapeError if one is no image.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { noiseImage } from 'pastiche/image';
 * import { contactSheet } from 'pastiche/node';
 *
 * const image = noiseImage([1, 32, 48, 3]);
 * const png = await contactSheet([{ image, label: 'noise' }], { cellWidth: 96 });
 * console.log(String.fromCharCode(...png.slice(1, 4))); // => 'PNG'
 * ```
 */
export async function contactSheet(
  cells: readonly ContactSheetCell[],
  options: ContactSheetOptions = {},
): Promise<Uint8Array> {
  assert(cells.length > 0, () => `contactSheet: cells must hold at least one picture; got ${show(cells)}`);
  const { columns = Math.min(4, cells.length), cellWidth = 256, ...others } = options;
  assertNoOthers('contactSheet', others);
  assertNumber('contactSheet', 'columns', columns, { integer: true, min: 1 });
  assertNumber('contactSheet', 'cellWidth', cellWidth, { integer: true, min: 16, max: 4096 });
  cells.forEach(({ image, label }, i) => {
    assertImage('contactSheet', `cells[${i}].image`, image);
    assert(image.shape[0] === 1, () => `contactSheet: cells[${i}].image must be one picture; got ${show(image)}`);
    assert(typeof label === 'string', () => `contactSheet: cells[${i}].label must be a string; got ${show(label)}`);
  });
  const sharp = await loadSharp('contactSheet');

  const pictures: RgbaPixels[] = [];
  for (const { image } of cells) {
    const [, height, width] = image.shape;
    const small = resizeImage(image, [Math.max(1, Math.round((height * cellWidth) / width)), cellWidth]);
    try {
      pictures.push(await imageToPixels(small));
    } finally {
      small.dispose();
    }
  }

  const scale = Math.max(1, Math.round(cellWidth / 160));
  const gap = 4 * scale;
  const labelHeight = (glyphHeight + 4) * scale;
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => {
    const tallest = Math.max(...pictures.slice(row * columns, (row + 1) * columns).map(({ height }) => height));
    return { pictureHeight: tallest, height: tallest + labelHeight + gap };
  });
  const width = columns * (cellWidth + gap) + gap;
  const height = rows.reduce((sum, row) => sum + row.height, gap);
  const sheet = blankSheet(width, height);
  let top = gap;
  rows.forEach(({ pictureHeight, height: rowHeight }, row) => {
    pictures.slice(row * columns, (row + 1) * columns).forEach((picture, column) => {
      const left = gap + column * (cellWidth + gap);
      const label = cut(cells[row * columns + column]!.label, Math.floor(cellWidth / ((glyphWidth + 1) * scale)));
      sheet.picture(picture, left, top + pictureHeight - picture.height);
      sheet.text(label, left, top + pictureHeight + 2 * scale, scale);
    });
    top += rowHeight;
  });
  return sharp(sheet.data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
