import * as tf from '@tensorflow/tfjs-core';
import { type Autoencoder, type Image, eighSymmetric, featureMoments, psnr } from '../../src/index.js';

/** What an autoencoder makes of a picture. */
export interface LevelQuality {
  /** Of encode + decode, clipped to 0..1, in decibels. */
  readonly psnr: number;
  /** Channels that answer nowhere with anything but one number. */
  readonly deadChannels: number;
  /** Smallest eigenvalue of the covariance of the features over the mean of all. */
  readonly smallestEigenvalue: number;
}

/** Measures a level on a picture. Borrows both. */
export async function levelQuality(level: Autoencoder, image: Image): Promise<LevelQuality> {
  const features = level.encode(image);
  const painted = tf.tidy(() => tf.clipByValue(level.decode(features), 0, 1));
  try {
    // Odd sizes come back a little smaller.
    const shown = tf.tidy(() => tf.slice<tf.Rank.R4, Image>(image, [0, 0, 0, 0], painted.shape));
    const decibels = await psnr(shown, painted).finally(() => shown.dispose());
    const { covariance, channels } = await featureMoments(features);
    const { values } = eighSymmetric(covariance, channels);
    const variances = Array.from({ length: channels }, (_, i) => covariance[i * channels + i]!);
    return {
      psnr: decibels,
      deadChannels: variances.filter((variance) => variance < 1e-8).length,
      smallestEigenvalue: values[0]! / (values.reduce((sum, value) => sum + value, 0) / channels),
    };
  } finally {
    tf.dispose([features, painted]);
  }
}
