import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, StyleError } from '../errors.js';
import { assert, assertImage, assertNoOthers, assertNumber, show } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { readBack } from '../internal/readBack.js';
import type { Image } from '../types.js';

/** Pixels of 8 bits a channel, row by row from the top left. An `ImageData` of a canvas is one. */
export interface Pixels {
  /** `height * width * channels` values in 0..255. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 3 for RGB, 4 for RGBA with straight alpha. @defaultValue what the length of `data` says */
  readonly channels?: 3 | 4;
}

/** What {@link imageToPixels} returns: RGBA, as `new ImageData(data, width, height)` takes it. */
export interface RgbaPixels {
  /** `height * width * 4` values in 0..255; alpha is 255. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Options of {@link imageFromPixels}. */
export interface FromPixelsOptions {
  /** What shows through transparent pixels: RGB in 0..1. @defaultValue [1, 1, 1] (white) */
  readonly background?: readonly [number, number, number];
}

/**
 * Pixels of 8 bits as an image: `value / 255`, transparent ones blended over a background, `alpha * value + (1 - alpha) *
 * background`, in the (gamma-encoded) values themselves as browsers do.
 *
 * @returns An image `[1, height, width, 3]` in 0..1; the caller owns it.
 * @throws ShapeError if `data` does not hold `height * width` pixels of 3 or 4 channels; StyleError for a bad background.
 *
 * Differs from `tf.browser.fromPixels`: float32 in 0..1 with a batch axis, alpha is blended and not dropped, and it needs no DOM.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { imageFromPixels } from 'pastiche/image';
 *
 * const image = imageFromPixels({ data: new Uint8Array([255, 0, 0, 0, 255, 0]), width: 2, height: 1 });
 * console.log(image.arraySync()); // => [[[[1, 0, 0], [0, 1, 0]]]]
 * ```
 */
export function imageFromPixels(pixels: Pixels, options: FromPixelsOptions = {}): Image {
  const { data, width, height } = pixels;
  const { background = [1, 1, 1], ...others } = options;
  assertNoOthers('imageFromPixels', others);
  const whole = { integer: true, min: 1 };
  assertNumber('imageFromPixels', 'pixels.width', width, whole);
  assertNumber('imageFromPixels', 'pixels.height', height, whole);
  assert(
    data instanceof Uint8Array || data instanceof Uint8ClampedArray,
    () => `imageFromPixels: pixels.data must be a Uint8Array or Uint8ClampedArray; got ${show(data)}`,
  );
  const count = width * height;
  const channels: number = pixels.channels ?? data.length / count;
  assert(
    (channels === 3 || channels === 4) && data.length === count * channels,
    () =>
      `imageFromPixels: pixels.data must hold ${height} x ${width} pixels of ${String(pixels.channels ?? '3 or 4')} channels; ` +
      `got ${data.length} values`,
    ShapeError,
  );
  const [red, green, blue] = background;
  for (const value of [red, green, blue])
    assertNumber('imageFromPixels', 'background [red, green, blue]', value, { min: 0, max: 1 });

  const values = new Float32Array(count * 3);
  for (let pixel = 0; pixel < count; pixel++) {
    const alpha = channels === 4 ? data[pixel * 4 + 3]! / 255 : 1;
    for (let c = 0; c < 3; c++) {
      values[pixel * 3 + c] = (alpha * data[pixel * channels + c]!) / 255 + (1 - alpha) * background[c]!;
    }
  }
  return tf.tensor4d(values, [1, height, width, 3]);
}

/** Options of {@link imageToPixels}. */
export interface ToPixelsOptions {
  /** Which picture of the batch. @defaultValue 0 for a batch of one; larger batches need it */
  readonly index?: number;
}

/**
 * One picture of a batch as opaque pixels of 8 bits: `round(255 * value)`, values outside 0..1 cut to the nearer end.
 *
 * @param image - `[b, h, w, 3]`.
 * @throws ShapeError if `image` is no image; StyleError if `index` is missing or out of range, or a value is NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { imageToPixels } from 'pastiche/image';
 *
 * const { data } = await imageToPixels(tf.tensor4d([0, 0.5, 2], [1, 1, 1, 3]));
 * console.log(Array.from(data)); // => [0, 128, 255, 255]
 * ```
 */
export async function imageToPixels(image: Image, options: ToPixelsOptions = {}): Promise<RgbaPixels> {
  assertImage('imageToPixels', 'image', image);
  const [batch, height, width] = image.shape;
  const { index = 0, ...others } = options;
  assertNoOthers('imageToPixels', others);
  assert(
    batch === 1 || options.index !== undefined,
    () => `imageToPixels: a batch of ${batch} pictures needs index, which of them to convert`,
  );
  assertNumber('imageToPixels', 'index', index, { integer: true, min: 0, max: batch - 1 });

  const scope = ownedTensors();
  try {
    // A single picture is read as it is: what was saved from a lost GPU lies on the host, where nothing can be cut out of it.
    const shown = batch === 1 ? image : scope.own(tf.slice(image, [index, 0, 0, 0], [1, height, width, 3]));
    const values = await readBack('imageToPixels', shown);
    const data = new Uint8ClampedArray(height * width * 4).fill(255);
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < 3; c++) {
        const value = values[pixel * 3 + c]!;
        if (Number.isNaN(value)) {
          const [row, column] = [Math.floor(pixel / width), pixel % width];
          throw new StyleError(
            `imageToPixels: image must hold numbers; got NaN at row ${row}, column ${column}, channel ${c}`,
          );
        }
        // The clamped array rounds to the nearest whole number and cuts at 0 and 255.
        data[pixel * 4 + c] = 255 * value;
      }
    }
    return { data, width, height };
  } finally {
    scope.disposeAll();
  }
}
