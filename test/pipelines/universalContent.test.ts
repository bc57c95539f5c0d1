import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Autoencoder, loadAutoencoders } from '../../src/models/index.js';
import { prepareContent, styleOperators, universalStyleTransfer } from '../../src/pipelines/index.js';
import type { Image } from '../../src/types.js';
import { featureMoments } from '../../src/wct/index.js';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';
import { autoencoderSource } from '../models/_autoencoders.js';

/* Random networks of a few channels, which count how often they encode. */

let levels: Autoencoder[];
let encodes: number[];
beforeAll(async () => {
  const loaded = await loadAutoencoders(autoencoderSource(1, 3), { family: 'slim', levels: [1, 2, 3] });
  levels = loaded.map((level, i) => ({
    ...level,
    encode(image: Image) {
      encodes[i]! += 1;
      return level.encode(image);
    },
  }));
});
afterAll(() => {
  for (const level of levels) level.dispose();
});

const picture = (height: number, width: number, seed: number): Image =>
  randomTensor<tf.Rank.R4>([1, height, width, 3], seed);

async function numbers(x: tf.Tensor): Promise<Float32Array> {
  const values = await x.data<'float32'>();
  x.dispose();
  return values;
}

/** Rounding of float32 through whitening; prepared or not, the same operations run in the same order. */
const close = 1e-5;

describe('prepareContent(content, options)', () => {
  test('holds features and moments of the deepest level, and frees them', async () => {
    encodes = [0, 0, 0];
    const content = picture(16, 24, 1);
    await expectTensorGrowth(0, async () => {
      const prepared = await expectTensorGrowth(2, () => prepareContent(content, { levels }));
      expect([prepared.level, prepared.size, encodes]).toEqual(['relu3_1', [16, 24], [0, 0, 1]]);
      const features = levels[2]!.encode(content);
      expect(prepared.features!.shape).toEqual(features.shape);
      const expected = await featureMoments(features);
      expect(relativeL2(prepared.moments[0]!.covariance, expected.covariance)).toBeLessThan(1e-3);
      features.dispose();
      prepared.dispose();
    });
    content.dispose();
  });

  test('serves any strength, style and method without encoding at the deepest level; the picture is the same', async () => {
    encodes = [0, 0, 0];
    // Sides that the networks cannot halve.
    const [content, a, b] = [picture(15, 22, 1), picture(16, 12, 2), picture(12, 16, 3)];
    const styles = [await styleOperators(a, { levels }), await styleOperators(b, { levels })];
    const prepared = await prepareContent(content, { levels });
    for (const change of [{ strength: 0.3 }, { strength: 0.9 }, { method: 'ot' }, { styleWeights: [1, 0] }] as const) {
      const expected = await numbers(await universalStyleTransfer({ content, styles, levels, ...change }));
      encodes = [0, 0, 0];
      const run = () => universalStyleTransfer({ content: prepared, styles, levels, ...change });
      const got = await numbers(await expectTensorGrowth(1, run));
      expect(encodes).toEqual([1, 1, 0]);
      expect(relativeL2(got, expected)).toBeLessThan(close);
    }
    prepared.dispose();
    tf.dispose([content, a, b]);
  });

  test('of a picture too large to keep its features still holds the moments', async () => {
    encodes = [0, 0, 0];
    const [content, style] = [picture(180, 106, 1), picture(16, 12, 2)];
    const options = { levels: [levels[0]!], tileSize: 64 };
    const known = await styleOperators(style, options);
    const expected = await numbers(await universalStyleTransfer({ content, style: known, ...options }));
    const prepared = await expectTensorGrowth(1, () => prepareContent(content, options));
    expect(prepared.features).toBeUndefined();
    encodes = [0, 0, 0];
    const run = () => universalStyleTransfer({ content: prepared, style: known, ...options });
    expect(relativeL2(await numbers(await expectTensorGrowth(1, run)), expected)).toBeLessThan(close);
    // Once for each tile, for the transform alone.
    expect(encodes).toEqual([6, 0, 0]);
    prepared.dispose();
    tf.dispose([content, style]);
  });

  test('has regions of its own', async () => {
    const [content, style] = [picture(16, 16, 1), picture(12, 12, 2)];
    const top = tf.tidy(() => tf.concat<tf.Tensor4D>([tf.ones([1, 8, 16, 1]), tf.zeros([1, 8, 16, 1])], 1));
    const masks = tf.tidy(() => tf.concat<tf.Tensor4D>([top, tf.mul(tf.sub(1, top), 0.5)], 3));
    const styles = [style, content];
    const expected = await numbers(await universalStyleTransfer({ content, styles, masks, levels }));
    const prepared = await expectTensorGrowth(3, () => prepareContent(content, { levels, masks }));
    const got = await numbers(await universalStyleTransfer({ content: prepared, styles, levels }));
    expect(relativeL2(got, expected)).toBeLessThan(close);
    await expectTensorGrowth(0, async () => {
      const both = { content: prepared, styles, levels, masks };
      await expect(universalStyleTransfer(both)).rejects.toThrow('a prepared content has its own masks');
      const one = { content: prepared, style, levels };
      await expect(universalStyleTransfer(one)).rejects.toThrow('masks must have the shape [1, 16, 16, 1]');
    });
    prepared.dispose();
    tf.dispose([content, style, top, masks]);
  });

  test('may be disposed while it is in use', async () => {
    const [content, style] = [picture(8, 8, 1), picture(8, 8, 2)];
    const before = tf.memory().numTensors;
    const prepared = await prepareContent(content, { levels });
    const onLevel = (): void => prepared.dispose();
    const result = await universalStyleTransfer({ content: prepared, style, levels, onLevel });
    expect(result.shape).toEqual([1, 8, 8, 3]);
    result.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await expect(universalStyleTransfer({ content: prepared, style, levels })).rejects.toThrow('content was disposed');
    tf.dispose([content, style]);
  });

  test('says what is wrong and frees everything', async () => {
    const content = picture(8, 8, 1);
    const cases: [Image, object, string][] = [
      [tf.zeros([2, 8, 8, 3]), {}, 'content must be one picture, [1, h, w, 3]'],
      [tf.fill([1, 8, 8, 3], 200), {}, 'content must have values in 0..1'],
      [content, { levels: [] }, 'levels must hold autoencoders'],
      [content, { tileSize: 1 }, 'tileSize must be a whole number'],
      [content, { masks: tf.zeros([1, 8, 9, 1]) }, 'masks must have the shape [1, 8, 8, 1]; got [1, 8, 9, 1]'],
      [content, { masks: tf.fill([1, 8, 8, 1], 2) }, 'sums at each pixel are at most 1'],
      [content, { signal: AbortSignal.abort(new Error('no time')) }, 'no time'],
    ];
    for (const [image, change, message] of cases)
      await expectTensorGrowth(0, () => expect(prepareContent(image, { levels, ...change })).rejects.toThrow(message));
    for (const [image, change] of cases) tf.dispose([image, change as tf.TensorContainer]);
  });

  test('is refused by other levels', async () => {
    const [content, style] = [picture(8, 8, 1), picture(8, 8, 2)];
    const prepared = await prepareContent(content, { levels: levels.slice(0, 2) });
    await expectTensorGrowth(0, () =>
      expect(universalStyleTransfer({ content: prepared, style, levels })).rejects.toThrow(
        'content was prepared for relu2_1; levels begin with relu3_1',
      ),
    );
    prepared.dispose();
    tf.dispose([content, style]);
  });
});
