import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assert, assertNoOthers, assertNumber } from '../internal/assert.js';
import { ownedTensors } from '../internal/ownedTensors.js';
import { readBack } from '../internal/readBack.js';
import type { Features } from '../types.js';
import { assertPair } from './assertPair.js';

/** Options of {@link adain}. */
export interface AdainOptions {
  /** 0 returns the content's features, 1 the stylised ones, between them the blend of the two. @defaultValue 1 */
  readonly strength?: number;
  /** Added to both variances. @defaultValue 1e-5 */
  readonly epsilon?: number;
}

/** The mean over height and width in two levels, `[b, 1, 1, c]`: one flat sum would lose digits on wasm. */
const positionMean = (x: Features): Tensor4D => tf.mean(tf.mean(x, 2, true), 1, true);

/** Mean and unbiased variance plus epsilon of each channel of each picture, `[2 b, 1, 1, c]`. */
function channelStatistics(x: Features, epsilon: number): Tensor4D {
  return tf.tidy(() => {
    const mean = positionMean(x);
    const positions = x.shape[1] * x.shape[2];
    const unbiased = positions / Math.max(positions - 1, 1);
    const variance = tf.mul(positionMean(tf.squaredDifference(x, mean)), unbiased);
    return tf.concat<Tensor4D>([mean, tf.add(variance, epsilon)], 0);
  });
}

/**
 * Adaptive instance normalisation: gives each channel of the content the mean and standard deviation that it has in the style.
 *
 * `y = sqrt((v_s + epsilon) / (v_c + epsilon)) (x - m_c) + m_s`, blended with `x` by `strength`; variances with the divisor
 * `n - 1`. Everything but a check of the few statistics stays on the backend; no covariance is computed. Each picture of a
 * batch has its own statistics; a batch of styles is paired with the content's, a single style serves all.
 *
 * @param content - `[b, h, w, c]`.
 * @param style - `[b, h', w', c]` or `[1, h', w', c]`.
 * @returns `[b, h, w, c]`, the caller's.
 * @throws ShapeError if batches or channels do not fit, StyleError if a feature is not finite or an option out of range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { adain } from 'pastiche/wct';
 *
 * const content = tf.tensor4d([-1, 1], [1, 1, 2, 1]);
 * const style = tf.tensor4d([7, 13], [1, 1, 2, 1]);
 * console.log(Array.from((await adain(content, style)).dataSync(), Math.round)); // => [7, 13]
 * ```
 *
 * Reference: Huang & Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", eq. 8.
 */
export async function adain(content: Features, style: Features, options: AdainOptions = {}): Promise<Features> {
  const { strength = 1, epsilon = 1e-5, ...others } = options;
  assertNoOthers('adain', others);
  assertPair('adain', content, style);
  assertNumber('adain', 'strength', strength, { min: 0, max: 1 });
  assertNumber('adain', 'epsilon', epsilon, { min: 0 });
  const owned = ownedTensors();
  try {
    const kept = owned.own(tf.clone(content));
    const contentStatistics = owned.own(channelStatistics(content, epsilon));
    const styleStatistics = owned.own(channelStatistics(style, epsilon));
    await assertFinite('content', contentStatistics);
    await assertFinite('style', styleStatistics);
    return tf.tidy(() => {
      const [contentMean, contentVariance] = tf.split(contentStatistics, 2, 0) as [Tensor4D, Tensor4D];
      const [styleMean, styleVariance] = tf.split(styleStatistics, 2, 0) as [Tensor4D, Tensor4D];
      // Without epsilon, a channel that does not vary keeps no variance: 0 / 0 counts as 0.
      const scale = tf.mul(tf.sqrt(tf.divNoNan(styleVariance, contentVariance)), strength);
      const shift = tf.sub(tf.mul(styleMean, strength), tf.mul(contentMean, scale));
      return tf.add(tf.mul(kept, tf.add(scale, 1 - strength)), shift);
    });
  } finally {
    owned.disposeAll();
  }
}

async function assertFinite(argument: string, statistics: Tensor4D): Promise<void> {
  const values = await readBack('adain', statistics);
  const channels = statistics.shape[3];
  const bad = values.findIndex((value) => !Number.isFinite(value));
  assert(bad < 0, () => `adain: ${argument} must hold finite numbers; channel ${bad % channels} does not`);
}
