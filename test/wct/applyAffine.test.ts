import * as tf from '@tensorflow/tfjs-core';
import { applyAffine, applyAffineMasked, featureMoments, foldIntoConv, styleOperator, wctMap } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';
import { content, contentRows, oracle, style } from './_fixture.js';
import { momentsOf, multiply, reluRows, toFeatures, toMatrix } from './_matrices.js';

const map = wctMap(content, styleOperator(style));
const otherMap = wctMap(content, styleOperator(style), { method: 'adain', strength: 0.5 });

/** `x matrix + bias` in float64. */
const mapped = (rows: number[][], { matrix, bias, channels } = map): number[] =>
  multiply(rows, toMatrix(matrix, channels)).flatMap((row) => row.map((value, c) => value + bias[c]!));

describe('applyAffine', () => {
  it('applyAffine(features, map) is x matrix + bias at each position', async () => {
    const result = applyAffine(toFeatures(contentRows, 5), map);
    expect(result.shape).toEqual([1, 5, 10, 4]);
    const values = await result.data();
    expect(relativeL2(values, mapped(contentRows))).toBeLessThan(tolerance());
    oracle.wct.first.forEach((value, c) => expect(values[c]).toBeCloseTo(value, 4));
  });

  it('applyAffine(features, map) gives the features the covariance of the style', async () => {
    const rows = reluRows(500, 16, 1);
    const target = momentsOf(reluRows(400, 16, 2));
    const full = wctMap(await featureMoments(toFeatures(rows)), styleOperator(target));
    const result = toMatrix(await applyAffine(toFeatures(rows), full).data(), 16);
    // 1e-5 in float32 on the host; the products of a GPU round more.
    expect(relativeL2(momentsOf(result).covariance, target.covariance)).toBeLessThan(tolerance());
  });

  it('applyAffine(features, map) of strength 0 returns the features', async () => {
    const features = toFeatures(contentRows);
    const same = applyAffine(features, wctMap(content, styleOperator(style), { strength: 0 }));
    expect(same).not.toBe(features);
    expect(relativeL2(await same.data(), await features.data())).toBeLessThan(1e-6);
  });

  it('applyAffine(features, map) adds one tensor, and works inside a tidy', async () => {
    const features = toFeatures(contentRows);
    const result = await expectTensorGrowth(1, () => applyAffine(features, map));
    result.dispose();
    const kept = await expectTensorGrowth(1, () => tf.tidy(() => tf.add(applyAffine(features, map), 1)));
    kept.dispose();
    expect(features.isDisposed).toBe(false);
  });

  it('applyAffine(features, map) throws on other channels and on what is not finite', () => {
    expect(() => applyAffine(tf.ones([1, 2, 2, 3]), map)).toThrow('map is a map of 4 channels; got 3 channels');
    expect(() => applyAffine(tf.ones([2, 2]) as unknown as tf.Tensor4D, map)).toThrow('[b, h, w, c]');
    const broken = { ...map, bias: map.bias.map(() => NaN) };
    expect(() => applyAffine(tf.ones([1, 2, 2, 4]), broken)).toThrow('map.bias must hold finite numbers');
  });
});

describe('applyAffineMasked', () => {
  const rows = contentRows.slice(0, 12);
  const features = () => toFeatures(rows, 3);
  const mask = (weights: number[][]): tf.Tensor4D => tf.tensor4d(weights.flat(), [1, 3, 4, weights[0]!.length]);

  it('applyAffineMasked(features, [map], ones) is applyAffine(features, map)', async () => {
    const result = await applyAffineMasked(features(), [map], tf.ones([1, 3, 4, 1])).data();
    expect(relativeL2(result, mapped(rows))).toBeLessThan(tolerance());
  });

  it('applyAffineMasked(features, maps, masks) applies each map in its region, and keeps the rest', async () => {
    const region = rows.map((_, i) => i % 3);
    const masks = mask(region.map((k) => [Number(k === 0), Number(k === 1)]));
    const result = await applyAffineMasked(features(), [map, otherMap], masks).data();
    const [a, b] = [mapped(rows), mapped(rows, otherMap)];
    const expected = rows.flatMap((row, i) => row.map((value, c) => [a, b][region[i]!]?.[i * 4 + c] ?? value));
    expect(relativeL2(result, expected)).toBeLessThan(tolerance());
  });

  it('applyAffineMasked(features, maps, masks) blends by soft masks, and with the features where they sum to less', async () => {
    const masks = mask(rows.map((_, i) => [i / 20, 0.25]));
    const result = await applyAffineMasked(features(), [map, otherMap], masks).data();
    const [a, b] = [mapped(rows), mapped(rows, otherMap)];
    const expected = rows.flatMap((row, i) =>
      row.map((x, c) => (i / 20) * a[i * 4 + c]! + 0.25 * b[i * 4 + c]! + (0.75 - i / 20) * x),
    );
    expect(relativeL2(result, expected)).toBeLessThan(tolerance());
  });

  it('applyAffineMasked(features, maps, masks) leaves an empty region out', async () => {
    const masks = mask(rows.map(() => [1, 0]));
    const empty = await featureMoments(features(), { mask: tf.zeros([1, 3, 4, 1]) });
    const result = await applyAffineMasked(features(), [map, wctMap(empty, styleOperator(style))], masks).data();
    expect(relativeL2(result, mapped(rows))).toBeLessThan(tolerance());
  });

  it('applyAffineMasked(features, maps, masks) takes one mask for every picture of a batch', async () => {
    const batch = tf.tensor4d([...rows, ...rows].flat(), [2, 3, 4, 4]);
    const masks = mask(rows.map((_, i) => [i % 2]));
    const both = await applyAffineMasked(batch, [map], masks).data();
    const single = await applyAffineMasked(features(), [map], masks).data();
    expect(relativeL2(both, [...single, ...single])).toBeLessThan(1e-6);
  });

  it('applyAffineMasked(features, maps, masks) takes more regions than a GPU adds in one go', async () => {
    const regions = 9;
    const masks = tf.fill<tf.Rank.R4>([1, 3, 4, regions], 1 / regions);
    const many = await applyAffineMasked(features(), Array<typeof map>(regions).fill(map), masks).data();
    const one = await applyAffine(features(), map).data();
    expect(relativeL2(many, one)).toBeLessThan(tolerance());
  });

  it('applyAffineMasked(features, maps, masks) adds one tensor and throws on masks that do not fit', async () => {
    const [x, masks] = [features(), mask(rows.map(() => [1]))];
    await expectTensorGrowth(1, () => applyAffineMasked(x, [map], masks));
    expect(() => applyAffineMasked(x, [map, map], masks)).toThrow(
      'masks must have the shape [1, 3, 4, 2]; got [1, 3, 4, 1]',
    );
    expect(() => applyAffineMasked(x, [], masks)).toThrow('maps must hold at least one map');
  });
});

describe('foldIntoConv', () => {
  const filter = () => randomTensor<tf.Rank.R4>([3, 3, 4, 5], 1, -1, 1);
  const bias = () => randomTensor<tf.Rank.R1>([5], 2);
  const conv = (x: tf.Tensor4D, f: tf.Tensor4D, b: tf.Tensor1D, pad: 'reflect' | 'zero'): tf.Tensor =>
    pad === 'zero'
      ? tf.add(tf.conv2d(x, f, 1, 'same'), b)
      : tf.add(
          tf.conv2d(
            tf.mirrorPad(
              x,
              [
                [0, 0],
                [1, 1],
                [1, 1],
                [0, 0],
              ],
              'reflect',
            ),
            f,
            1,
            'valid',
          ),
          b,
        );
  const both = async (pad: 'reflect' | 'zero'): Promise<[tf.TypedArray, tf.TypedArray]> => {
    const features = toFeatures(contentRows, 5);
    const folded = foldIntoConv(filter(), bias(), map);
    const fused = conv(features, folded.filter, folded.bias, pad);
    const unfused = conv(applyAffine(features, map), filter(), bias(), pad);
    return Promise.all([fused.data(), unfused.data()]);
  };

  it('foldIntoConv(filter, bias, map) with reflect padding is the map and then the convolution', async () => {
    const [fused, unfused] = await both('reflect');
    expect(relativeL2(fused, unfused)).toBeLessThan(tolerance());
  });

  it('foldIntoConv(filter, bias, map) with zero padding differs at the border, and only there', async () => {
    const [fused, unfused] = await both('zero');
    // [1, 5, 10, 5]: position i lies in row i / 10, column i % 10.
    const inside = (i: number): boolean => i >= 10 && i < 40 && i % 10 > 0 && i % 10 < 9;
    const part = (values: tf.TypedArray, where: boolean): number[] =>
      Array.from(values).filter((_, at) => inside(Math.floor(at / 5)) === where);
    expect(relativeL2(part(fused, true), part(unfused, true))).toBeLessThan(tolerance());
    expect(relativeL2(part(fused, false), part(unfused, false))).toBeGreaterThan(1e-2);
  });

  it('foldIntoConv(filter, bias, map) adds two tensors and throws on shapes that do not fit', async () => {
    const [f, b] = [filter(), bias()];
    await expectTensorGrowth(2, () => foldIntoConv(f, b, map));
    expect(() => foldIntoConv(tf.ones([3, 3, 2, 5]), b, map)).toThrow('map is a map of 4 channels; got 2 channels');
    expect(() => foldIntoConv(f, tf.ones([4]), map)).toThrow("bias must have the filter's 5 outputs; got 4");
  });
});
