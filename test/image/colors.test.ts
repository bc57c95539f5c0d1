import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { keepColors, rgbToYiq, yiqToRgb } from '../../src/image/index.js';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';

const channel = (x: tf.Tensor4D, c: number): Promise<ArrayLike<number>> =>
  tf.slice(x, [0, 0, 0, c], [...x.shape.slice(0, 3), 1] as [number, number, number, number]).data();

describe('rgbToYiq', () => {
  it('rgbToYiq(rgb) has the published values for red, blue and white', async () => {
    const x = tf.tensor4d([1, 0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 3, 3]);
    const yiq = await expectTensorGrowth(1, () => rgbToYiq(x));
    const expected = [0.299, 0.595716, 0.211456, 0.114, -0.321263, 0.311135, 1, 0, 0];
    const values = await yiq.data();
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
  });

  it('yiqToRgb(rgbToYiq(x)) is x', async () => {
    const x = randomTensor<tf.Rank.R4>([2, 5, 7, 3], 1);
    const yiq = rgbToYiq(x);
    const back = await expectTensorGrowth(1, () => yiqToRgb(yiq));
    expect(back.shape).toEqual(x.shape);
    expect(relativeL2(await back.data(), await x.data())).toBeLessThan(tolerance());
  });

  it('rgbToYiq(x) and yiqToRgb(x) reject what has no three channels', () => {
    expect(() => rgbToYiq(tf.zeros([1, 2, 2, 1]))).toThrow('rgbToYiq: image must have 3 channels');
    const flat: tf.Tensor = tf.zeros([2, 2, 3]);
    expect(() => yiqToRgb(flat as tf.Tensor4D)).toThrow('yiqToRgb: yiq must be a float32 tensor [b, h, w, 3]');
  });
});

describe('keepColors', () => {
  const stylizedImage = (): tf.Tensor4D => randomTensor<tf.Rank.R4>([2, 6, 5, 3], 2);
  const contentImage = (): tf.Tensor4D => randomTensor<tf.Rank.R4>([2, 6, 5, 3], 3);

  it('keepColors(stylized, content) has the luminance of the one and the chrominance of the other', async () => {
    const [stylized, content] = [stylizedImage(), contentImage()];
    const out = await expectTensorGrowth(1, () => keepColors(stylized, content));
    const yiq = rgbToYiq(out);
    expect(relativeL2(await channel(yiq, 0), await channel(rgbToYiq(stylized), 0))).toBeLessThan(tolerance());
    for (const c of [1, 2]) {
      expect(relativeL2(await channel(yiq, c), await channel(rgbToYiq(content), c))).toBeLessThan(10 * tolerance());
    }
  });

  it('keepColors(x, x) is x', async () => {
    const stylized = stylizedImage();
    const out = keepColors(stylized, stylized);
    expect(relativeL2(await out.data(), await stylized.data())).toBeLessThan(1e-6);
  });

  it('keepColors(stylized, content) asks for equal shapes', () => {
    expect(() => keepColors(stylizedImage(), tf.zeros([2, 6, 4, 3]))).toThrow(
      'keepColors: stylized [2, 6, 5, 3] and content [2, 6, 4, 3] must have equal shapes',
    );
  });
});
