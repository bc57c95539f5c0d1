import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { assert, assertImage, assertNumber, show } from '../../internal/assert.js';
import { mixedSeed } from '../../internal/mixedSeed.js';
import { randomNumbers } from '../../internal/randomNumbers.js';
import type { Image } from '../../types.js';
import { epochOrder } from './epochOrder.js';

/**
 * What to train with: pictures `[b, h, w, 3]` of any size, from which crops are cut, borrowed for the length of the run; or a
 * function that draws the batch of step 0, 1, 2, ... and hands it over. The function must return the same batch whenever it is
 * asked for the same step, so that a run can be resumed.
 */
export type TrainingImages = readonly Image[] | ((step: number) => Image | Promise<Image>);

/** How crops are cut from pictures. */
export interface BatchOptions {
  /** Crops in a batch, where `images` is an array. @defaultValue 4 */
  readonly batchSize?: number;
  /**
   * Side of the square crops in pixels, where `images` is an array.
   * @defaultValue the smallest side of all pictures, at most 128, rounded down so that the network can halve it
   */
  readonly cropSize?: number;
  /** Equal seeds draw equal weights and equal crops. @defaultValue 0 */
  readonly seed?: number;
}

/** The batch of a step. The caller owns it. */
export type DrawBatch = (step: number) => Promise<Image>;

/** One picture of a batch. */
interface Picture {
  readonly image: Image;
  readonly index: number;
}

/** Checks images and options; the result draws batches whose sides are multiples of `stride`. */
export function batchDrawer(
  where: string,
  images: TrainingImages,
  options: BatchOptions,
  stride: number,
  smallest: number,
): DrawBatch {
  const { batchSize = 4, seed = 0 } = options;
  assertNumber(where, 'batchSize', batchSize, { min: 1, integer: true });
  assertNumber(where, 'seed', seed, { integer: true });
  if (typeof images === 'function') {
    assert(
      options.batchSize === undefined && options.cropSize === undefined,
      () => `${where}: batchSize and cropSize cut crops from an array of images; a function draws whole batches`,
    );
    return async (step) => checked(where, await images(step), stride, smallest);
  }
  const given: unknown = images;
  assert(
    Array.isArray(given) && given.length > 0,
    () => `${where}: images must be an array of at least one picture, or a function of the step; got ${show(images)}`,
  );
  images.forEach((image, i) => {
    assertImage(where, `images[${i}]`, image);
  });
  const side = Math.min(...images.flatMap(({ shape: [, h, w] }) => [h, w]));
  const { cropSize = Math.max(smallest, Math.floor(Math.min(side, 128) / stride) * stride) } = options;
  assertNumber(where, 'cropSize', cropSize, { min: 1, integer: true });
  assert(
    cropSize % stride === 0 && cropSize >= smallest,
    () => `${where}: cropSize must be a multiple of ${stride}, at least ${smallest}; got ${cropSize}`,
  );
  assert(
    cropSize <= side,
    () =>
      `${where}: every image must have at least ${cropSize}x${cropSize} pixels, as cropSize asks; the smallest side is ${side}`,
    ShapeError,
  );
  const pictures = images.flatMap((image): Picture[] =>
    Array.from({ length: image.shape[0] }, (_, index) => ({ image, index })),
  );
  const order = epochOrder(pictures.length, (epoch) => randomNumbers(mixedSeed(seed ^ 0x5f3759df, epoch)));
  return (step) => {
    const { uniform } = randomNumbers(mixedSeed(seed, step));
    const batch = tf.tidy(() =>
      tf.concat(
        Array.from({ length: batchSize }, (_, i) => {
          const { image, index } = pictures[order(step * batchSize + i)]!;
          const place = (size: number): number => Math.floor(uniform() * (size - cropSize + 1));
          const [y, x] = [place(image.shape[1]), place(image.shape[2])];
          return tf.slice(image, [index, y, x, 0], [1, cropSize, cropSize, 3]);
        }),
      ),
    );
    return Promise.resolve(batch);
  };
}

/** A batch that a function has drawn. What does not fit is freed. */
function checked(where: string, image: Image, stride: number, smallest: number): Image {
  try {
    assertImage(where, 'the batch that images returned', image);
    const [, h, w] = image.shape;
    assert(
      h % stride === 0 && w % stride === 0 && Math.min(h, w) >= smallest,
      () =>
        `${where}: height and width of the batch that images returned must be multiples of ${stride}, at least ${smallest}; ` +
        `got ${show(image)}`,
      ShapeError,
    );
    return image;
  } catch (error) {
    tf.dispose(image);
    throw error;
  }
}
