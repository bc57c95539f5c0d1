import { readFile } from 'node:fs/promises';
import { StyleError } from '../errors.js';
import { fitSize, imageFromPixels, type FitOptions } from '../image/index.js';
import { assert, assertNumber, show } from '../internal/assert.js';
import type { Image } from '../types.js';
import { loadSharp } from './loadSharp.js';

/** Options of {@link readImage}: at most one of `size`, `longSide`, `shortSide` and `pixels`. */
export interface ReadImageOptions extends FitOptions {
  /** `[height, width]` of the result. @defaultValue the picture's own size, or what the other options say */
  readonly size?: readonly [number, number];
  /** What shows through transparent pixels: RGB in 0..1. @defaultValue [1, 1, 1] (white) */
  readonly background?: readonly [number, number, number];
  /** The largest result, in pixels: larger ones are an error, so that nobody runs out of memory. @defaultValue 4096 * 4096 */
  readonly maxPixels?: number;
}

/** Half a gigapixel: more than any camera, less than a bomb that unpacks to fill the memory. */
const maxInputPixels = 2 ** 29;

/**
 * Reads a picture file: JPEG, PNG, WebP, AVIF, GIF (first frame), TIFF, SVG. The rotation that a camera noted (EXIF) is
 * applied; grey, 16-bit and CMYK pictures become 8-bit sRGB; transparency is blended over a background. Shrinking is
 * antialiased (Lanczos).
 *
 * Needs the package `sharp` (`npm install sharp`), which is loaded when this is first called.
 *
 * @param source - the path of a file, or its bytes.
 * @returns An image `[1, h, w, 3]` in 0..1; the caller owns it.
 * @throws StyleError, naming the path, if there is no such file, it is no picture, or the result would be too large.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { readImage } from 'pastiche/node';
 *
 * const dot = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><circle cx="9" cy="9" r="5"/></svg>';
 * const image = await readImage(new TextEncoder().encode(dot), { longSide: 10 });
 * console.log(image.shape); // => [1, 5, 10, 3]
 * ```
 */
export async function readImage(source: string | Uint8Array, options: ReadImageOptions = {}): Promise<Image> {
  const { size, background, maxPixels = 4096 * 4096, ...fit } = options;
  assertNumber('readImage', 'maxPixels', maxPixels, { integer: true, min: 1 });
  const { longSide, shortSide, pixels } = fit;
  assert(
    size === undefined || [longSide, shortSide, pixels].every((length) => length === undefined),
    () => 'readImage: give one of size, longSide, shortSide and pixels; got size and another',
  );
  // Checks the options before any work.
  const exact = size === undefined ? undefined : fitSize(size, fit);
  fitSize([1, 1], fit);

  const isPath = typeof source === 'string';
  assert(
    isPath || source instanceof Uint8Array,
    () => `readImage: source must be a path or a Uint8Array; got ${show(source)}`,
  );
  const name = isPath ? source : `${source.length} bytes`;
  const sharp = await loadSharp('readImage');
  const fail = (problem: string, cause?: unknown): StyleError =>
    new StyleError(`readImage: ${name}: ${problem}`, { cause });

  let bytes: Uint8Array;
  try {
    bytes = isPath ? await readFile(source) : source;
  } catch (cause) {
    throw fail(`cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, cause);
  }
  if (bytes.length === 0) throw fail('expected a picture; got an empty file');

  // A new decoder for each use, since a sharp object is a pipeline that runs once.
  const open = () => sharp(bytes, { limitInputPixels: maxInputPixels });
  let upright: [height: number, width: number];
  try {
    const { height, width, orientation = 1 } = await open().metadata();
    // The EXIF orientations 5 to 8 turn the picture by a quarter.
    upright = orientation >= 5 ? [width, height] : [height, width];
  } catch (cause) {
    throw fail('expected a picture (JPEG, PNG, WebP, ...); got something that cannot be decoded', cause);
  }
  const [outHeight, outWidth] = exact ?? fitSize(upright, fit);
  if (outHeight * outWidth > maxPixels) {
    throw fail(
      `a picture of ${outHeight} x ${outWidth} is larger than maxPixels = ${maxPixels}; ask for less, such as { longSide: 512 }`,
    );
  }
  const decoded = open()
    .rotate()
    .toColourspace('srgb')
    .resize(outWidth, outHeight, { fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' });
  let data: Uint8Array;
  try {
    data = await decoded.toBuffer();
  } catch (cause) {
    throw fail('expected a picture; got one that is damaged or incomplete', cause);
  }
  return imageFromPixels({ data, width: outWidth, height: outHeight }, background === undefined ? {} : { background });
}
