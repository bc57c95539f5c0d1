import * as tf from '@tensorflow/tfjs-core';
import type { Autoencoder, Features } from 'pastiche';

/** An autoencoder that remembers the features of one picture. */
export interface RememberingAutoencoder extends Autoencoder {
  /** Names the picture that the next `encode` will get; without a name nothing is kept. Features of another name are forgotten. */
  expect(name: string | undefined): void;
}

/**
 * An autoencoder that encodes a picture only once. The deepest level of a cascade always sees the content itself, so a change of
 * strength or style need not encode it again. For pictures that are worked on in one tile: `encode` must get the whole of it, once.
 */
export function encodeOnce(level: Autoencoder): RememberingAutoencoder {
  let expected: string | undefined;
  let kept: { name: string; features: Features } | undefined;
  const forget = (): void => {
    kept?.features.dispose();
    kept = undefined;
  };
  return {
    ...level,
    expect(name) {
      expected = name;
      if (kept?.name !== name) forget();
    },
    encode(image) {
      if (kept !== undefined) return tf.clone(kept.features);
      const features = level.encode(image);
      if (expected !== undefined) kept = { name: expected, features: tf.keep(tf.clone(features)) };
      return features;
    },
    dispose() {
      forget();
      level.dispose();
    },
  };
}
