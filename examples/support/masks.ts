import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Image } from '../../src/index.js';
import { readImage } from '../../src/node/index.js';

/**
 * Regions from grey pictures, one for each style: white is inside. Pictures are stretched to the content's size. With one picture
 * fewer than styles the last style gets what the others leave. Where regions overlap they share.
 *
 * @returns `[1, h, w, styles]`
 */
export async function readMasks(files: readonly string[], content: Image, styles: number): Promise<Tensor4D> {
  if (files.length !== styles && files.length !== styles - 1)
    throw new Error(
      `--mask must be given once for each style, or once less; got ${files.length} for ${styles} style${styles === 1 ? '' : 's'}.`,
    );
  const [, height, width] = content.shape;
  const pictures = await Promise.all(files.map((file) => readImage(file, { size: [height, width] })));
  const masks = tf.tidy(() => {
    const regions = pictures.map((picture) => tf.mean<Tensor4D>(picture, 3, true));
    const covered = tf.maximum<Tensor4D>(tf.addN(regions), 1);
    const shares = regions.map((region) => tf.div<Tensor4D>(region, covered));
    if (files.length === styles) return tf.concat(shares, 3);
    return tf.concat([...shares, tf.relu<Tensor4D>(tf.sub(1, tf.addN(shares)))], 3);
  });
  tf.dispose(pictures);
  return masks;
}
