import * as tf from '@tensorflow/tfjs-core';
import { slimUrl, slimWeights } from 'pastiche/assets';
import { loadAutoencoders, loadVgg } from 'pastiche/models';
import { describe, expect, test } from 'vitest';
import { expectTensorGrowth } from '../_setup/compare';

describe('pastiche/assets', () => {
  test('slimWeights() is read where it lies, in Node and in a browser', async () => {
    expect(slimUrl.pathname).toMatch(/slim\.safetensors$/);
    const entries = await slimWeights().entries();
    expect(entries.get('encoder.conv5_1.weight')!.shape).toEqual([128, 128, 3, 3]);
    expect(entries.get('decoder5.conv1_1.weight')!.shape).toEqual([3, 16, 3, 3]);
    const vgg = await loadVgg(slimWeights(), { upTo: 'relu2_1' });
    const image = tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.5);
    const { relu2_1 } = await expectTensorGrowth(1, () => vgg.features(image, ['relu2_1']));
    // Padding and preprocessing come from the file: a grey picture has no border where it is mirrored.
    const [inside, corner] = [
      tf.slice(relu2_1, [0, 1, 1, 0], [1, 1, 1, 32]),
      tf.slice(relu2_1, [0, 0, 0, 0], [1, 1, 1, 32]),
    ];
    const apart = tf.max(tf.abs(tf.sub(inside, corner)));
    expect((await apart.data())[0]).toBeLessThan(1e-3);
    tf.dispose([image, relu2_1, inside, corner, apart]);
    vgg.dispose();
  });

  test('a level is loaded alone, and gives a plain picture back', async () => {
    const [level] = await loadAutoencoders(slimWeights(), { family: 'slim', levels: [2] });
    const colors = tf.tensor4d([0.8, 0.4, 0.2], [1, 1, 1, 3]);
    const image = tf.tidy(() => tf.tile<tf.Tensor4D>(colors, [1, 16, 16, 1]));
    const far = tf.tidy(() => tf.max(tf.abs(tf.sub(level!.decode(level!.encode(image)), image))));
    expect((await far.data())[0]).toBeLessThan(0.1);
    tf.dispose([colors, image, far]);
    level!.dispose();
  });
});
