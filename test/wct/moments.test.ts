import * as tf from '@tensorflow/tfjs-core';
import { featureMoments, mergeMoments } from 'pastiche/wct';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { brought } from '../../src/internal/kernels/brought.js';
import { bringColumnProducts } from '../../src/internal/kernels/columnProducts.js';
import { expectTensorGrowth, randomNumbers, relativeL2 } from '../_setup/compare.js';
import { content, contentRows, oracle, style } from './_fixture.js';
import { momentsOf, reluRows, toFeatures } from './_matrices.js';

const alone = (): void => {
  Object.assign(brought, { suits: undefined, gram: undefined, shiftedProducts: undefined });
};
const ways: [string, () => void][] = [
  ['alone', alone],
  ...(inject('backend') === 'wasm'
    ? [['with what a network brought', bringColumnProducts] as [string, () => void]]
    : []),
];

describe.each(ways)('featureMoments, %s', (_, prepare) => {
  beforeAll(() => {
    prepare();
  });

  it('featureMoments(features) of ReLU features is exact to 2e-6, whatever the tiles', async () => {
    // A GPU in software takes its time; the merging of tiles is the host's.
    const rows = reluRows(inject('software') ? 3000 : 12_000, 24, 1);
    const expected = momentsOf(rows);
    for (const tileRows of inject('software') ? [1000, 100_000] : [4096, 1000, 257, 100_000]) {
      const moments = await featureMoments(toFeatures(rows, 100), { tileRows });
      // One flat sum on a GPU or on wasm carries more rounding.
      expect(relativeL2(moments.covariance, expected.covariance)).toBeLessThan(tileRows > rows.length ? 2e-5 : 2e-6);
      expect(relativeL2(moments.mean, expected.mean)).toBeLessThan(1e-6);
    }
  });

  it('featureMoments(features) keeps its digits under a mean of 1000 standard deviations', async () => {
    const next = randomNumbers(4);
    const rows = Array.from({ length: 9000 }, () => {
      const [a, b, c] = [next() - 0.5, next() - 0.5, next() - 0.5];
      const far = [1000 + 3 * a, -1000 + 3 * b + a, 2 * c + a];
      return [...far, a, b, c, a + b, b + c].map(Math.fround);
    });
    const moments = await featureMoments(toFeatures(rows));
    const expected = momentsOf(rows);
    expect(relativeL2(moments.covariance, expected.covariance)).toBeLessThan(1e-4);
    expect(relativeL2(moments.mean, expected.mean)).toBeLessThan(1e-6);
  });
});

describe('featureMoments', () => {
  it('featureMoments(features) returns the mean and covariance that numpy computes', async () => {
    oracle.contentMean.forEach((value, c) => expect(content.mean[c]).toBeCloseTo(value, 9));
    oracle.contentCovariance.forEach((value, i) => expect(content.covariance[i]).toBeCloseTo(value, 9));
    oracle.styleMean.forEach((value, c) => expect(style.mean[c]).toBeCloseTo(value, 9));
    oracle.styleCovariance.forEach((value, i) => expect(style.covariance[i]).toBeCloseTo(value, 9));
    const moments = await featureMoments(toFeatures(contentRows, 5));
    expect(moments.count).toBe(50);
    expect([moments.weightSum, moments.squaredWeightSum, moments.channels]).toEqual([50, 50, 4]);
    // The features themselves are rounded to float32.
    expect(relativeL2(moments.mean, oracle.contentMean)).toBeLessThan(3e-6);
    expect(relativeL2(moments.covariance, oracle.contentCovariance)).toBeLessThan(2e-6);
  });

  it('featureMoments(features) does not depend on the order of the positions', async () => {
    const rows = reluRows(5000, 8, 2);
    const next = randomNumbers(3);
    const shuffled = rows
      .map((row) => ({ row, key: next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ row }) => row);
    const ofRows = (some: number[][]) => featureMoments(toFeatures(some), { tileRows: 512 });
    const [a, b] = [await ofRows(rows), await ofRows(shuffled)];
    expect(relativeL2(a.covariance, b.covariance)).toBeLessThan(1e-6);
    expect(relativeL2(a.mean, b.mean)).toBeLessThan(1e-6);
  });

  it('featureMoments(features) takes all pictures of a batch together', async () => {
    const rows = reluRows(24, 3, 5);
    const batch = tf.tensor4d(rows.flat(), [2, 3, 4, 3]);
    expect(relativeL2((await featureMoments(batch)).covariance, momentsOf(rows).covariance)).toBeLessThan(1e-6);
  });

  it('featureMoments(features, { mask }) weighs the positions', async () => {
    const rows = reluRows(600, 5, 6);
    const next = randomNumbers(7);
    const weights = rows.map(() => Math.fround(Math.max(0, next() - 0.3)));
    const mask = tf.tensor4d(weights, [1, 20, 30, 1]);
    const moments = await featureMoments(toFeatures(rows, 20), { mask, tileRows: 128 });
    const expected = momentsOf(rows, weights);
    expect(relativeL2(moments.covariance, expected.covariance)).toBeLessThan(2e-6);
    expect(relativeL2(moments.mean, expected.mean)).toBeLessThan(1e-6);
    expect(moments.count).toBe(weights.filter((w) => w > 0).length);
    expect(moments.weightSum).toBeCloseTo(expected.weightSum, 9);
    expect(moments.squaredWeightSum).toBeCloseTo(expected.squaredWeightSum, 9);
  });

  it('featureMoments(features, { mask }) of a hard mask is that of the region alone', async () => {
    const rows = reluRows(64, 4, 8);
    const inside = (i: number): boolean => i % 3 === 0;
    const mask = tf.tensor4d(
      rows.map((_, i) => Number(inside(i))),
      [1, 8, 8, 1],
    );
    const region = await featureMoments(toFeatures(rows.filter((_, i) => inside(i))));
    const masked = await featureMoments(toFeatures(rows, 8), { mask });
    expect(relativeL2(masked.covariance, region.covariance)).toBeLessThan(1e-6);
    expect(masked.count).toBe(region.count);
    expect(masked.weightSum).toBe(region.weightSum);
  });

  it('featureMoments(features, { mask }) keeps its digits where a distant region is masked', async () => {
    const next = randomNumbers(9);
    const rows = Array.from({ length: 2000 }, (_, i) => [Math.fround(i < 1000 ? next() : 1000 + next())]);
    const mask = tf.tensor4d(
      rows.map((_, i) => Number(i >= 1000)),
      [1, 1, 2000, 1],
    );
    const moments = await featureMoments(toFeatures(rows), { mask });
    expect(relativeL2(moments.covariance, momentsOf(rows.slice(1000)).covariance)).toBeLessThan(1e-4);
  });

  it('featureMoments(features, { mask }) of an empty or one-pixel mask has no covariance and no NaN', async () => {
    const features = toFeatures(reluRows(16, 3, 10), 4);
    const empty = await featureMoments(features, { mask: tf.zeros([1, 4, 4, 1]) });
    expect([empty.count, ...empty.mean, ...empty.covariance].every((value) => value === 0)).toBe(true);
    const onePixel = Array.from({ length: 16 }, (_, i) => Number(i === 5));
    const pixel = await featureMoments(features, { mask: tf.tensor4d(onePixel, [1, 4, 4, 1]) });
    expect(pixel.count).toBe(1);
    expect(pixel.covariance.every((value) => value === 0)).toBe(true);
    expect(relativeL2(pixel.mean, reluRows(16, 3, 10)[5]!)).toBeLessThan(1e-6);
  });

  it('featureMoments(features) of one position, of a constant and of a dead channel is finite', async () => {
    const single = await featureMoments(tf.tensor4d([3, 4], [1, 1, 1, 2]));
    expect(Array.from(single.mean)).toEqual([3, 4]);
    expect(Array.from(single.covariance)).toEqual([0, 0, 0, 0]);
    const constant = await featureMoments(tf.fill([1, 8, 8, 2], 0.1));
    expect(constant.covariance.every((value) => Math.abs(value) < 1e-9)).toBe(true);
    const dead = await featureMoments(toFeatures(reluRows(30, 2, 11).map(([a, b]) => [a!, 0, b!])));
    expect([dead.covariance[1], dead.covariance[3], dead.covariance[4], dead.covariance[5]]).toEqual([0, 0, 0, 0]);
  });

  it('featureMoments(features) throws on features and weights that are not finite, and names them', async () => {
    const bad = tf.tensor4d([1, 2, NaN, 4], [1, 1, 2, 2]);
    await expect(featureMoments(bad)).rejects.toThrow('features must be finite numbers');
    await expect(featureMoments(bad)).rejects.toThrow('channel 0 is not');
    const good = tf.ones<tf.Rank.R4>([1, 1, 2, 2]);
    const mask = (values: number[]): tf.Tensor4D => tf.tensor4d(values, [1, 1, 2, 1]);
    await expect(featureMoments(good, { mask: mask([1, NaN]) })).rejects.toThrow('got NaN at position 1');
    await expect(featureMoments(good, { mask: mask([1, -1]) })).rejects.toThrow('got -1 at position 1');
    await expect(featureMoments(good, { mask: tf.ones([1, 2, 1, 1]) })).rejects.toThrow(
      'mask must have the shape [1, 1, 2, 1]; got [1, 2, 1, 1]',
    );
    await expect(featureMoments(good, { tileRows: 0 })).rejects.toThrow('tileRows must be a whole number');
    await expect(featureMoments(tf.ones([2, 2]) as unknown as tf.Tensor4D)).rejects.toThrow('[b, h, w, c]');
  });

  it('featureMoments(features) leaves no tensors behind, on success, on error and inside a tidy', async () => {
    const features = toFeatures(reluRows(100, 3, 12), 10);
    const mask = tf.ones<tf.Rank.R4>([1, 10, 10, 1]);
    await expectTensorGrowth(0, () => featureMoments(features, { mask, tileRows: 9 }));
    const bad = tf.fill<tf.Rank.R4>([1, 4, 4, 2], Infinity);
    await expectTensorGrowth(0, () => expect(featureMoments(bad)).rejects.toThrow('finite'));
    await expectTensorGrowth(0, async () => {
      let pending: Promise<unknown> | undefined;
      tf.tidy(() => {
        pending = featureMoments(features, { tileRows: 9 });
      });
      await pending;
    });
    expect(features.isDisposed || mask.isDisposed).toBe(false);
  });
});

describe('mergeMoments', () => {
  it('mergeMoments(a, b) is the moments of both together, exactly', () => {
    const rows = reluRows(90, 5, 13);
    const weights = rows.map((_, i) => 0.5 + (i % 7));
    const part = (begin: number, end: number) => momentsOf(rows.slice(begin, end), weights.slice(begin, end));
    const merged = mergeMoments(mergeMoments(part(0, 20), part(20, 21)), part(21, 90));
    const expected = momentsOf(rows, weights);
    expect(relativeL2(merged.covariance, expected.covariance)).toBeLessThan(1e-14);
    expect(relativeL2(merged.mean, expected.mean)).toBeLessThan(1e-14);
    expect([merged.count, merged.weightSum]).toEqual([expected.count, expected.weightSum]);
    expect(merged.squaredWeightSum).toBeCloseTo(expected.squaredWeightSum, 10);
  });

  it('mergeMoments(moments, empty) is the moments, and changes neither', async () => {
    const moments = momentsOf(reluRows(10, 2, 14));
    const empty = await featureMoments(tf.ones([1, 2, 2, 2]), { mask: tf.zeros([1, 2, 2, 1]) });
    const copy = structuredClone(moments);
    expect(relativeL2(mergeMoments(moments, empty).covariance, moments.covariance)).toBeLessThan(1e-15);
    expect(relativeL2(mergeMoments(empty, moments).covariance, moments.covariance)).toBeLessThan(1e-15);
    expect(moments).toEqual(copy);
  });

  it('mergeMoments(a, b) throws on different channels and on numbers that are not finite', () => {
    const [a, b] = [
      momentsOf([
        [1, 2],
        [3, 5],
      ]),
      momentsOf([[1], [2]]),
    ];
    expect(() => mergeMoments(a, b)).toThrow('mergeMoments: a and b must have the same channels; got 2 and 1');
    b.mean[0] = NaN;
    expect(() => mergeMoments(b, b)).toThrow('a.mean must hold finite numbers; got NaN at index 0');
  });
});
