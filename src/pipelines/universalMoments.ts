import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ownedTensors } from '../internal/ownedTensors.js';
import { type Size, sizeOf } from '../internal/size.js';
import type { Autoencoder } from '../models/index.js';
import type { Features, Image } from '../types.js';
import { type Moments, featureMoments, mergeMoments } from '../wct/index.js';
import type { Run } from './universalProgress.js';
import { type Rectangle, assemble, crop, fitByReflection, grow, tilesOf } from './universalTiles.js';

/* Features and their statistics, tile by tile: those of the whole picture, so that tiles have no seams. */

/** A picture and what is known about its parts. */
export interface Subject {
  /** `[1, h, w, 3]`. */
  readonly image: Image;
  /** Weights of the regions in 0..1, `[1, h, w, regions]`; none for one region that is everything. */
  readonly masks?: Tensor4D | undefined;
}

/** What a level finds out about a picture before it transforms it. */
export interface Statistics {
  /** One for each region. */
  readonly moments: readonly Moments[];
  /** The features of the whole picture, unless they are too large to keep. */
  readonly features?: Features | undefined;
}

/** The margin within which a network does not see what it would see in the whole picture. */
export const halo = ({ stride, reach }: Pick<Autoencoder, 'stride' | 'reach'>): number =>
  Math.ceil(reach / stride) * stride;

/** The features under a rectangle that begins at multiples of the stride, as they are in the whole picture. */
export function featuresUnder(level: Autoencoder, image: Image, inner: Rectangle): Features {
  return tf.tidy(() => {
    const [h, w] = sizeOf(image);
    const outer = grow(inner, halo(level), [h, w]);
    const features = level.encode(crop(image, outer));
    const [top, left] = [(inner.top - outer.top) / level.stride, (inner.left - outer.left) / level.stride];
    // At the bottom and on the right the encoder decides what becomes of an incomplete square.
    const height = inner.top + inner.height === h ? features.shape[1] - top : inner.height / level.stride;
    const width = inner.left + inner.width === w ? features.shape[2] - left : inner.width / level.stride;
    return crop(features, { top, left, height, width });
  });
}

/** The masks at the positions of some features that begin where the rectangle does: means over the pixels of each. */
export function masksUnder(masks: Tensor4D, { top, left }: Rectangle, stride: number, features: Features): Tensor4D {
  return tf.tidy(() => {
    const [h, w] = sizeOf(masks);
    const size: Size = [features.shape[1] * stride, features.shape[2] * stride];
    const [height, width] = [Math.min(size[0], h - top), Math.min(size[1], w - left)];
    const fitted = fitByReflection(crop(masks, { top, left, height, width }), size);
    return stride === 1 ? fitted : tf.avgPool(fitted, stride, stride, 'valid');
  });
}

/**
 * Positions summed in float32 at once. Weak directions are amplified up to a thousand times, so digits count: 512 keep one more
 * than 4096 do. Where channels are few there is less to lose, and so small a piece of work costs more than it computes.
 */
export const tileRows = (channels: number): number => Math.max(512, Math.min(2048, Math.floor(65536 / channels)));

/**
 * Numbers for each pixel of a tile that the features of a whole picture may take to be kept from the statistics for the transform:
 * about what a network holds at once while it works on a tile. Larger ones are computed again.
 */
export const keptPerPixel = 16;

const regionsOf = ({ masks }: Subject): number => masks?.shape[3] ?? 1;

/** Moments of every region over the whole picture, and the features unless they are too large to keep (the caller's). */
export async function momentsOf(level: Autoencoder, subject: Subject, tileSize: number, run: Run): Promise<Statistics> {
  const { image, masks } = subject;
  const tiles = tilesOf(sizeOf(image), tileSize, level.stride);
  const count = tiles.flat().length;
  const moments: Moments[] = [];
  const kept: Features[][] = [];
  const owned = ownedTensors();
  try {
    for (const row of tiles) {
      kept.push([]);
      for (const tile of row) {
        const features = await run('encode', () => owned.own(featuresUnder(level, image, tile)));
        const channels = features.shape[3];
        const all = masks && owned.own(masksUnder(masks, tile, level.stride, features));
        for (let k = 0; k < regionsOf(subject); k++) {
          const mask =
            all && owned.own(tf.slice(all, [0, 0, 0, k], [...all.shape.slice(0, 3), 1] as Tensor4D['shape']));
          const found = await run('statistics', () =>
            featureMoments(features, { tileRows: tileRows(channels), ...(mask === undefined ? {} : { mask }) }),
          );
          const before = moments[k];
          moments[k] = before === undefined ? found : mergeMoments(before, found);
          owned.dispose(mask);
        }
        owned.dispose(all);
        const [h, w] = sizeOf(image);
        const fits = count === 1 || (channels * h * w) / level.stride ** 2 <= keptPerPixel * tileSize ** 2;
        if (fits) kept.at(-1)!.push(features);
        else owned.dispose(features);
      }
    }
    return kept.flat().length < count ? { moments } : { moments, features: tf.keep(assemble(kept)) };
  } finally {
    owned.disposeAll();
  }
}
