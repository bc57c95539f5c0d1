import * as tf from '@tensorflow/tfjs-core';
import { meanOfPositions } from '../../internal/kernels/positions.js';
import { randomNumbers } from '../../internal/randomNumbers.js';
import { mixedSeed } from '../../internal/mixedSeed.js';
import type { Features } from '../../types.js';

/**
 * `x_c + d_i rms(x_c) n` with normal `n` and, for each picture `i` of the batch, a deviation `d_i` between 0 and `most`. Drawn anew, from
 * the seed and the step alone, so that a resumed run sees the same.
 */
export function withNoise(x: Features, most: number, seed: number, step: number): Features {
  const [batch] = x.shape;
  const { uniform, normal } = randomNumbers(mixedSeed(seed ^ 0x6e6f6973, step));
  return tf.tidy(() => {
    const noise = new Float32Array(x.size);
    const each = x.size / batch;
    for (let i = 0; i < batch; i++) {
      const deviation = most * uniform();
      for (let k = i * each; k < (i + 1) * each; k++) noise[k] = deviation * normal();
    }
    const size = tf.sqrt(meanOfPositions(tf.square(x)));
    return tf.add(x, tf.mul(tf.tensor4d(noise, x.shape), size));
  });
}
