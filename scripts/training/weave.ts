import * as tf from '@tensorflow/tfjs-core';
import type { Image } from '../../src/index.js';

/** A place is plain where the brightness around it, over this many pixels, deviates by less than {@link plain}. */
const around = 13;
const plain = 3 / 255;
/** What is coarser than this many pixels is no weave. */
const finest = 5;
/** Threads of a weave are at least so long. */
const thread = 11;

/** Means over `[rows, columns]` around every pixel. */
const means = (x: tf.Tensor4D, window: [number, number]): tf.Tensor4D => tf.avgPool(x, window, 1, 'same');

/**
 * How strongly fine straight threads run through a painted picture where its content is plain, in steps of 8 bits: the root mean
 * square of the brightness without its means over 5x5 pixels, averaged along rows of 11 pixels and along columns. Of a texture
 * without direction little is left. Borrows both; of one size.
 */
export async function weaveOf(painted: Image, content: Image): Promise<number> {
  const result = tf.tidy(() => {
    const [seen, below] = [painted, content].map((image) => tf.mean<tf.Tensor4D>(image, 3, true)) as [
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const blur = (x: tf.Tensor4D, side: number): tf.Tensor4D => means(x, [side, side]);
    const variance = tf.sub(blur(tf.square(below), around), tf.square(blur(below, around)));
    const isPlain = tf.cast(tf.less(variance, plain ** 2), 'float32');
    const fine = tf.sub<tf.Tensor4D>(seen, blur(seen, finest));
    const threads = tf.add(tf.square(means(fine, [1, thread])), tf.square(means(fine, [thread, 1])));
    return tf.mul(tf.sqrt(tf.div(tf.sum(tf.mul(threads, isPlain)), tf.sum(isPlain))), 255);
  });
  const [value] = await result.data();
  result.dispose();
  return value!;
}
