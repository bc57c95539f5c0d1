import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import type { Image } from '../types.js';
import { assertSides } from '../internal/size.js';
import { randomNumbers } from '../internal/randomNumbers.js';

const kinds = ['uniform', 'normal'] as const;

/** Options of {@link noiseImage}. */
export interface NoiseOptions {
  /** A whole number of 32 bits. Equal seeds give equal pictures. @defaultValue 0 */
  readonly seed?: number;
  /** The distribution of each value. @defaultValue 'uniform' */
  readonly kind?: (typeof kinds)[number];
  /** The mean. @defaultValue 0.5 */
  readonly mean?: number;
  /** The standard deviation. @defaultValue 1 / sqrt(12) = 0.2887 for 'uniform' (which then fills 0..1), 0.1 for 'normal' */
  readonly deviation?: number;
}

/**
 * Seeded noise: each value independent, with the given mean and deviation. A usual start of an optimisation.
 *
 * The numbers are drawn on the host by xoshiro128** (seeded with SplitMix32; normal ones by the polar method), in the order of
 * the tensor's memory: the same on every backend, whatever its own random numbers are. They are not clipped to 0..1.
 *
 * @param shape - `[b, h, w, 3]`.
 * @returns An image `[b, h, w, 3]`; the caller owns it.
 * @throws ShapeError if the shape is no shape of an image; StyleError if an option is out of range.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { noiseImage } from 'pastiche/image';
 *
 * const noise = noiseImage([1, 64, 64, 3], { seed: 7, kind: 'normal', deviation: 0.05 });
 * console.log(noise.shape); // => [1, 64, 64, 3]
 * ```
 */
export function noiseImage(shape: readonly [number, number, number, number], options: NoiseOptions = {}): Image {
  const uniformDeviation = 1 / Math.sqrt(12);
  const { seed = 0, kind = 'uniform', mean = 0.5, ...rest } = options;
  const { deviation = kind === 'uniform' ? uniformDeviation : 0.1, ...others } = rest;
  assertNoOthers('noiseImage', others);
  assertSides('noiseImage', 'shape', shape, ['b', 'h', 'w', '3']);
  assert(shape[3] === 3, () => `noiseImage: shape must be [b, h, w, 3]; got ${show(shape)}`, ShapeError);
  assertOneOf('noiseImage', 'kind', kind, kinds);
  assertNumber('noiseImage', 'seed', seed, { integer: true, min: -0x80000000, max: 0xffffffff });
  assertNumber('noiseImage', 'mean', mean);
  assertNumber('noiseImage', 'deviation', deviation, { min: 0 });

  const random = randomNumbers(seed);
  const scale = deviation / uniformDeviation;
  const draw =
    kind === 'uniform' ? () => mean + (random.uniform() - 0.5) * scale : () => mean + random.normal() * deviation;
  const values = new Float32Array(shape.reduce((product, side) => product * side));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return tf.tensor4d(values, [...shape]);
}
