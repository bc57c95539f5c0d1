import * as tf from '@tensorflow/tfjs-core';
import { ownedTensors } from '../internal/ownedTensors.js';
import { sizeOf } from '../internal/size.js';
import type { Autoencoder } from '../models/index.js';
import type { Features, Image } from '../types.js';
import { type AffineMap, type Moments, applyAffine, applyAffineMasked } from '../wct/index.js';
import { type Statistics, type Subject, featuresUnder, halo, masksUnder, momentsOf } from './universalMoments.js';
import type { Run } from './universalProgress.js';
import { assemble, crop, grow, shrink, tilesOf } from './universalTiles.js';

/**
 * Encodes a picture whose sides are multiples of the stride, applies to each region the map that `mapFor` makes of its moments,
 * and decodes. Takes over features that are known already. The result is the caller's.
 */
export async function transformLevel(
  level: Autoencoder,
  subject: Subject,
  tileSize: number,
  mapFor: (moments: Moments, region: number) => AffineMap,
  run: Run,
  known?: Statistics,
): Promise<{ image: Image; maps: AffineMap[] }> {
  const { image, masks } = subject;
  const owned = ownedTensors();
  try {
    const { moments, features: kept } = known ?? (await momentsOf(level, subject, tileSize, run));
    const whole = kept && owned.own(kept);
    const maps = await run('eigen', () => moments.map(mapFor));

    const pictures: Image[][] = [];
    const tiles = tilesOf(sizeOf(image), tileSize, level.stride);
    for (const row of tiles) {
      pictures.push([]);
      for (const tile of row) {
        const outer = grow(tile, halo(level), sizeOf(image));
        const features = await run('encode', () =>
          owned.own(
            whole === undefined ? featuresUnder(level, image, outer) : crop(whole, shrink(outer, level.stride)),
          ),
        );
        // Not needed any more: the decoder has their memory.
        if (tile === tiles.flat().at(-1)) owned.dispose(whole);
        const apply = (): Features =>
          masks === undefined
            ? applyAffine(features, maps[0]!)
            : applyAffineMasked(features, maps, masksUnder(masks, outer, level.stride, features));
        const mapped = await run('apply', () => owned.own(tf.tidy(apply)));
        owned.dispose(features);
        const inner = { ...tile, top: tile.top - outer.top, left: tile.left - outer.left };
        const painted = await run('decode', () => owned.own(tf.tidy(() => crop(level.decode(mapped), inner))));
        pictures.at(-1)!.push(painted);
        owned.dispose(mapped);
      }
    }
    return { image: tf.keep(assemble(pictures)), maps };
  } finally {
    owned.disposeAll();
  }
}
