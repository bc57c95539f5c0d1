import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ownedTensors } from '../internal/ownedTensors.js';
import type { Autoencoder } from '../models/index.js';
import type { Features, Image } from '../types.js';
import {
  type AffineMap,
  type Moments,
  applyAffine,
  applyAffineMasked,
  featureMoments,
  mergeMoments,
} from '../wct/index.js';
import { type Rectangle, crop, fitByReflection, grow, tilesOf } from './universalTiles.js';

/* What happens at one level, tile by tile. Statistics are those of the whole picture, so that tiles have no seams. */

/** Where the time goes; see {@link UniversalProgress.phases}. */
export type UniversalPhase = 'load' | 'style' | 'encode' | 'statistics' | 'eigen' | 'apply' | 'decode';
/** All of them, in the order in which they follow each other. */
export const phases: readonly UniversalPhase[] = ['load', 'style', 'encode', 'statistics', 'eigen', 'apply', 'decode'];

/** Does one piece of work: counts its time, and lets others have their turn. */
export type Run = <T>(phase: UniversalPhase, work: () => T | Promise<T>) => Promise<T>;

/** A picture and what is known about its parts. */
export interface Subject {
  /** `[1, h, w, 3]`. */
  readonly image: Image;
  /** Weights of the regions in 0..1, `[1, h, w, regions]`; none for one region that is everything. */
  readonly masks?: Tensor4D | undefined;
}

type Size = readonly [number, number];
const sizeOf = ({ shape: [, h, w] }: Tensor4D): Size => [h, w];

/** The margin within which a network does not see what it would see in the whole picture. */
const halo = ({ stride, reach }: Autoencoder): number => Math.ceil(reach / stride) * stride;

/** The features under a rectangle that begins at multiples of the stride, as they are in the whole picture. */
function featuresUnder(level: Autoencoder, image: Image, inner: Rectangle): Features {
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
function masksUnder(masks: Tensor4D, { top, left }: Rectangle, stride: number, features: Features): Tensor4D {
  return tf.tidy(() => {
    const [h, w] = sizeOf(masks);
    const size: Size = [features.shape[1] * stride, features.shape[2] * stride];
    const [height, width] = [Math.min(size[0], h - top), Math.min(size[1], w - left)];
    const fitted = fitByReflection(crop(masks, { top, left, height, width }), size);
    return stride === 1 ? fitted : tf.avgPool(fitted, stride, stride, 'valid');
  });
}

/**
 * Positions summed in float32 at once. Weak directions are amplified up to a thousand times, so digits count; 512 costs no time,
 * and keeps one more than 4096.
 */
const tileRows = 512;

const regionsOf = ({ masks }: Subject): number => masks?.shape[3] ?? 1;

/** Moments of every region over the whole picture, and the features where they fit into one tile (the caller's). */
export async function momentsOf(
  level: Autoencoder,
  subject: Subject,
  tileSize: number,
  run: Run,
): Promise<{ moments: Moments[]; features?: Features }> {
  const { image, masks } = subject;
  const tiles = tilesOf(sizeOf(image), tileSize, level.stride).flat();
  const moments: Moments[] = [];
  const owned = ownedTensors();
  try {
    for (const tile of tiles) {
      const features = await run('encode', () => owned.own(featuresUnder(level, image, tile)));
      const all = masks && owned.own(masksUnder(masks, tile, level.stride, features));
      for (let k = 0; k < regionsOf(subject); k++) {
        const mask = all && owned.own(tf.slice(all, [0, 0, 0, k], [...all.shape.slice(0, 3), 1] as Tensor4D['shape']));
        const found = await run('statistics', () =>
          featureMoments(features, { tileRows, ...(mask === undefined ? {} : { mask }) }),
        );
        const before = moments[k];
        moments[k] = before === undefined ? found : mergeMoments(before, found);
        owned.dispose(mask);
      }
      owned.dispose(all);
      if (tiles.length === 1) return { moments, features: owned.release(features) };
      owned.dispose(features);
    }
    return { moments };
  } finally {
    owned.disposeAll();
  }
}

/**
 * Encodes a picture whose sides are multiples of the stride, applies to each region the map that `mapFor` makes of its moments,
 * and decodes. The result is the caller's.
 */
export async function transformLevel(
  level: Autoencoder,
  subject: Subject,
  tileSize: number,
  mapFor: (moments: Moments, region: number) => AffineMap,
  run: Run,
): Promise<{ image: Image; maps: AffineMap[] }> {
  const { image, masks } = subject;
  const owned = ownedTensors();
  try {
    const first = await momentsOf(level, subject, tileSize, run);
    const whole = first.features && owned.own(first.features);
    const maps = await run('eigen', () => first.moments.map(mapFor));

    const rows: Image[] = [];
    for (const tiles of tilesOf(sizeOf(image), tileSize, level.stride)) {
      const row: Image[] = [];
      for (const tile of tiles) {
        const outer = grow(tile, halo(level), sizeOf(image));
        const features = whole ?? (await run('encode', () => owned.own(featuresUnder(level, image, outer))));
        const apply = (): Features =>
          masks === undefined
            ? applyAffine(features, maps[0]!)
            : applyAffineMasked(features, maps, masksUnder(masks, outer, level.stride, features));
        const mapped = await run('apply', () => owned.own(tf.tidy(apply)));
        owned.dispose(features);
        const inner = { ...tile, top: tile.top - outer.top, left: tile.left - outer.left };
        row.push(await run('decode', () => owned.own(tf.tidy(() => crop(level.decode(mapped), inner)))));
        owned.dispose(mapped);
      }
      rows.push(owned.own(row.length === 1 ? tf.clone(row[0]!) : tf.concat(row, 2)));
      owned.dispose(...row);
    }
    return { image: rows.length === 1 ? owned.release(rows[0]!) : tf.keep(tf.concat(rows, 1)), maps };
  } finally {
    owned.disposeAll();
  }
}
