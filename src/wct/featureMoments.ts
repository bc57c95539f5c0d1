import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  assert,
  assertFeatures,
  assertNoOthers,
  assertNumber,
  assertShape,
  assertTensor,
  show,
} from '../internal/assert.js';
import { brought } from '../internal/kernels/brought.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { assertFloat32 } from '../internal/precision.js';
import { readBack } from '../internal/readBack.js';
import type { Features } from '../types.js';
import type { Moments } from './moments.js';
import { addScatter, emptyScatter, momentsFromScatter } from './scatter.js';
import {
  broughtTileProducts,
  productsLength,
  scatterFromProducts,
  tileProducts,
  type TileWeights,
} from './tileMoments.js';

/** Options of {@link featureMoments}. */
export interface FeatureMomentsOptions {
  /** Weights of the positions, `[b, h, w, 1]`, at least 0: a hard or soft region. @defaultValue every position counts 1 */
  readonly mask?: Tensor4D;
  /** Positions summed in float32 before float64 takes over. @defaultValue 4096 */
  readonly tileRows?: number;
}

/** Floats read back at once: the moments of several tiles travel together. */
const READBACK = 1 << 20;
/** Tiles that may wait on the backend for one readback. */
const GROUP = 16;

interface Tile {
  begin: number;
  size: number;
  weights: TileWeights;
}

function tileWeights(mask: Float32Array, begin: number, size: number): TileWeights {
  const values = mask.subarray(begin, begin + size);
  const weights = { count: 0, sum: 0, squares: 0, values };
  for (const [i, value] of values.entries()) {
    assert(
      Number.isFinite(value) && value >= 0,
      () => `featureMoments: mask must hold finite numbers of at least 0; got ${show(value)} at position ${begin + i}`,
    );
    if (value > 0) weights.count += 1;
    weights.sum += value;
    weights.squares += value * value;
  }
  return weights;
}

/** Cuts the positions into tiles; those without weight are left out. */
function tilesOf(positions: number, tileRows: number, mask: Float32Array | undefined): Tile[] {
  return Array.from({ length: Math.ceil(positions / tileRows) }, (_, i) => {
    const begin = i * tileRows;
    const size = Math.min(tileRows, positions - begin);
    const weights = mask === undefined ? { count: size, sum: size, squares: size } : tileWeights(mask, begin, size);
    return { begin, size, weights };
  }).filter(({ weights }) => weights.sum > 0);
}

/**
 * The products of tiles by TensorFlow.js's operations. On the backends that compute in the host's memory, `tf.slice` first copies
 * its whole source: there the features are read once, and each tile is a new tensor.
 */
async function productsOfRows(features: Features): Promise<(tile: Tile) => Tensor1D> {
  const channels = features.shape[3];
  const inHost = ['wasm', 'cpu'].includes(tf.getBackend());
  const values = inHost ? await readBack('featureMoments', features) : undefined;
  const rowsOf = ({ begin, size }: Tile): Tensor2D =>
    values === undefined
      ? tf.slice(tf.reshape<tf.Rank.R2>(features, [-1, channels]), [begin, 0], [size, channels])
      : tf.tensor2d(values.subarray(begin * channels, (begin + size) * channels), [size, channels]);
  return (tile) => tf.tidy(() => tileProducts(rowsOf(tile), tile.weights));
}

/**
 * Mean and covariance of the feature vectors of a layer, over all positions of all pictures of the batch.
 *
 * `mean = sum w x / W1`, `covariance = sum w (x - mean)(x - mean)^T / (W1 - W2 / W1)` with `W1 = sum w`, `W2 = sum w^2`: `n - 1`
 * without a mask. Tiles are summed in float32 and merged in float64, so that neither large pictures nor large offsets cost
 * digits: 1e-6 of the covariance on wasm, where one sum over a large picture is off by 6e-4.
 *
 * @param features - `[b, h, w, c]`, finite.
 * @returns Plain data; no tensors. With an empty mask, all zeros.
 * @throws ShapeError if the mask does not fit, StyleError if a weight or a feature is not finite.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { featureMoments } from 'pastiche/wct';
 *
 * const features = tf.tensor4d([0, 0, 2, 4], [1, 1, 2, 2]);
 * const { mean, covariance } = await featureMoments(features);
 * console.log(Array.from(mean)); // => [1, 2]
 * console.log(Array.from(covariance)); // => [2, 4, 4, 8]
 * ```
 *
 * Reference: Li et al. 2017, "Universal Style Transfer via Feature Transforms", section 3.2; Chan, Golub & LeVeque 1983.
 */
export async function featureMoments(features: Features, options: FeatureMomentsOptions = {}): Promise<Moments> {
  const where = 'featureMoments';
  const { mask, tileRows = 4096, ...others } = options;
  assertNoOthers(where, others);
  assertFeatures(where, 'features', features);
  assertNumber(where, 'tileRows', tileRows, { min: 1, integer: true });
  if (mask !== undefined) {
    assertTensor(where, 'mask', mask, 4, '[b, h, w, 1]');
    assertShape(where, 'mask', mask, [...features.shape.slice(0, 3), 1]);
  }
  assertFloat32(where, 'covariances');
  const channels = features.shape[3];
  const total = emptyScatter(channels);
  const owned = ownedTensors();
  try {
    const tiles = tilesOf(features.size / channels, tileRows, mask && (await readBack(where, mask)));
    const productsOf =
      mask === undefined && brought.suits?.(channels) === true
        ? ({ begin, size }: Tile) => broughtTileProducts(features, begin, size)
        : await productsOfRows(features);
    const length = productsLength(channels);
    const group = Math.max(1, Math.min(GROUP, Math.floor(READBACK / length)));
    for (let first = 0; first < tiles.length; first += group) {
      const members = tiles.slice(first, first + group);
      const packed = owned.own(tf.tidy(() => tf.concat(members.map(productsOf))));
      const products = await readBack(where, packed);
      owned.dispose(packed);
      members.forEach(({ weights }, i) =>
        addScatter(total, scatterFromProducts(products.subarray(i * length, (i + 1) * length), channels, weights)),
      );
    }
  } finally {
    owned.disposeAll();
  }
  assertFinite(where, total.mean, total.scatter, channels);
  return momentsFromScatter(total);
}

function assertFinite(where: string, mean: Float64Array, scatter: Float64Array, channels: number): void {
  const bad = mean.findIndex((value, c) => !Number.isFinite(value) || !Number.isFinite(scatter[c * channels + c]));
  assert(
    bad < 0,
    () => `${where}: features must be finite numbers whose squares are finite in float32; channel ${bad} is not`,
  );
}
