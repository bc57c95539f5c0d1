import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { StyleError } from '../../src/errors.js';
import { meanSquaredError, psnr } from '../../src/image/index.js';
import { expectTensorGrowth, randomTensor } from '../_setup/compare.js';

const image = (...values: number[]): tf.Tensor4D => tf.tensor4d(values, [1, 1, values.length / 3, 3]);

describe('meanSquaredError', () => {
  it('meanSquaredError(a, b) is the mean of the squared differences', async () => {
    // (0.1^2 + 0.2^2 + 0.5^2) / 6 = 0.05
    const value = await expectTensorGrowth(2, () =>
      meanSquaredError(image(0, 0, 0, 1, 1, 1), image(0.1, 0.2, 0, 1, 1, 0.5)),
    );
    expect(value).toBeCloseTo(0.05, 6);
  });

  it('meanSquaredError(a, b) adds up a million values accurately', async () => {
    const a = randomTensor<tf.Rank.R4>([1, 512, 512, 3], 1);
    const b = randomTensor<tf.Rank.R4>([1, 512, 512, 3], 2);
    const [x, y] = [await a.data(), await b.data()];
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) ** 2;
    const expected = sum / x.length;
    expect(Math.abs((await meanSquaredError(a, b)) - expected) / expected).toBeLessThan(2e-6);
    tf.dispose([a, b]);
  });

  it('meanSquaredError(a, b) is a StyleError when a picture holds NaN, and frees what it made', async () => {
    const [a, b] = [image(0, NaN, 0), image(0, 0, 0)];
    await expectTensorGrowth(0, async () => {
      await expect(meanSquaredError(a, b)).rejects.toThrow(StyleError);
      await expect(meanSquaredError(a, b)).rejects.toThrow('meanSquaredError: a and b must hold finite numbers');
    });
  });

  it('meanSquaredError(a, b) names the argument that is wrong', async () => {
    await expect(meanSquaredError(image(0, 0, 0), image(0, 0, 0, 1, 1, 1))).rejects.toThrow(
      'meanSquaredError: a [1, 1, 1, 3] and b [1, 1, 2, 3] must have equal shapes',
    );
    await expect(meanSquaredError(image(0, 0, 0), tf.zeros([1, 1, 1, 1]))).rejects.toThrow('b must have 3 channels');
  });
});

describe('psnr', () => {
  it('psnr(a, b) is 20 dB for a mean squared error of a hundredth', async () => {
    expect(await psnr(image(0, 0, 0), image(0.1, 0.1, 0.1))).toBeCloseTo(20, 4);
  });

  it('psnr(a, b, { peak }) is relative to that peak', async () => {
    expect(await psnr(image(0, 0, 0), image(25.5, 25.5, 25.5), { peak: 255 })).toBeCloseTo(20, 4);
    await expect(psnr(image(0, 0, 0), image(1, 1, 1), { peak: 0 })).rejects.toThrow(
      'psnr: peak must be a number above 0; got 0',
    );
  });

  it('psnr(a, a) is Infinity', async () => {
    const a = image(0.1, 0.2, 0.3);
    expect(await expectTensorGrowth(0, () => psnr(a, a))).toBe(Infinity);
  });
});
