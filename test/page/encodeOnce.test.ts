import * as tf from '@tensorflow/tfjs-core';
import { type Autoencoder, type Image, noiseImage } from 'pastiche';
import { expect, test } from 'vitest';
import { encodeOnce } from '../../examples/browser/engine/encodeOnce.js';
import { expectTensorGrowth } from '../_setup/compare.js';

/** A level that leaves pictures as they are and counts how often it is asked. */
function countingLevel() {
  let count = 0;
  const level: Autoencoder = {
    level: 1,
    name: 'pixels',
    stride: 1,
    reach: 0,
    loaded: true,
    load: () => Promise.resolve(),
    encode(image) {
      count += 1;
      return tf.clone(image);
    },
    decode: (features) => tf.clone(features),
    dispose: () => undefined,
  };
  return { level, count: () => count };
}

const encoded = async (level: Autoencoder, image: Image): Promise<Float32Array> => {
  const features = tf.tidy(() => level.encode(image));
  const values = await features.data<'float32'>();
  features.dispose();
  return values;
};

test('encodeOnce encodes a picture of the same name once, and another one anew', async () => {
  const { level, count } = countingLevel();
  const [a, b] = [1, 2].map((seed) => noiseImage([1, 4, 4, 3], { seed })) as [Image, Image];
  await expectTensorGrowth(0, async () => {
    const once = encodeOnce(level);
    await expectTensorGrowth(1, async () => {
      for (const expected of [1, 1]) {
        once.expect('a');
        expect(await encoded(once, a)).toEqual(await a.data());
        expect(count()).toBe(expected);
      }
    });
    once.expect('b');
    expect(await encoded(once, b)).toEqual(await b.data());
    expect(count()).toBe(2);
    once.dispose();
  });
  tf.dispose([a, b]);
});

test('encodeOnce keeps nothing without a name', async () => {
  const { level, count } = countingLevel();
  const image = noiseImage([1, 4, 4, 3], { seed: 1 });
  const once = encodeOnce(level);
  await expectTensorGrowth(0, async () => {
    once.expect(undefined);
    await encoded(once, image);
    await encoded(once, image);
  });
  expect(count()).toBe(2);
  image.dispose();
});
