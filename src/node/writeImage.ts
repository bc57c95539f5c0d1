import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StyleError } from '../errors.js';
import { imageToPixels, type ToPixelsOptions } from '../image/index.js';
import { assert, assertNoOthers, assertNumber, show } from '../internal/assert.js';
import type { Image } from '../types.js';
import { loadSharp } from './loadSharp.js';

const formats = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp', '.avif': 'avif' } as const;
const extensions = Object.keys(formats) as (keyof typeof formats)[];

/** Options of {@link writeImage}. */
export interface WriteImageOptions extends ToPixelsOptions {
  /** Quality of JPEG, WebP and AVIF files, 1..100. PNG files are exact, whatever it says. @defaultValue 90 */
  readonly quality?: number;
}

/**
 * Writes one picture to a file; the extension says in which format: `.png`, `.jpg`, `.jpeg`, `.webp`, `.avif`. Values are
 * rounded to 8 bits and cut at 0 and 1. An existing file is replaced.
 *
 * Needs the package `sharp` (`npm install sharp`), which is loaded when this is first called.
 *
 * @param file - the path of the file. Its folder must exist.
 * @param image - `[b, h, w, 3]`; of a larger batch than 1, `index` says which picture.
 * @throws StyleError, naming the path, for another extension or a place that cannot be written; as `imageToPixels` for the image.
 *
 * @example
 * ```ts
 * import os from 'node:os';
 * import path from 'node:path';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { noiseImage } from 'pastiche/image';
 * import { readImage, writeImage } from 'pastiche/node';
 *
 * const file = path.join(os.tmpdir(), 'pastiche-noise.png');
 * await writeImage(file, noiseImage([1, 16, 24, 3]));
 * console.log((await readImage(file)).shape); // => [1, 16, 24, 3]
 * ```
 */
export async function writeImage(file: string, image: Image, options: WriteImageOptions = {}): Promise<void> {
  const { quality = 90, index, ...others } = options;
  assertNoOthers('writeImage', others);
  assert(typeof file === 'string', () => `writeImage: file must be a path; got ${show(file)}`);
  const extension = extensions.find((known) => known === path.extname(file).toLowerCase());
  assert(
    extension !== undefined,
    () => `writeImage: ${file}: the extension must be one of ${extensions.join(', ')}; got '${path.extname(file)}'`,
  );
  assertNumber('writeImage', 'quality', quality, { integer: true, min: 1, max: 100 });
  const { data, width, height } = await imageToPixels(image, index === undefined ? {} : { index });
  const sharp = await loadSharp('writeImage');
  const format = formats[extension];
  const picture = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
  const encoded = await picture.toFormat(format, format === 'png' ? {} : { quality }).toBuffer();
  try {
    await writeFile(file, encoded);
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new StyleError(`writeImage: ${file}: cannot be written (${code})`, { cause });
  }
}
