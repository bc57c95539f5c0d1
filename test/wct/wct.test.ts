import * as tf from '@tensorflow/tfjs-core';
import { adain, applyAffine, featureMoments, styleOperator, wct, wctMap, type TransferMethod } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';
import { content, contentRows, style, styleRows } from './_fixture.js';
import { momentsOf, multiply, reluRows, toFeatures, toMatrix } from './_matrices.js';

const methods: TransferMethod[] = ['wct', 'ot', 'adain'];
const image = (batch: tf.Tensor4D, i: number): tf.Tensor4D =>
  tf.slice(batch, [i, 0, 0, 0], [1, batch.shape[1], batch.shape[2], batch.shape[3]]);

/** The stylised rows in float64. */
function expected(options: Parameters<typeof wctMap>[2]): number[] {
  const { matrix, bias } = wctMap(content, styleOperator(style), options);
  return multiply(contentRows, toMatrix(matrix, 4)).flatMap((row) => row.map((value, c) => value + bias[c]!));
}

describe('wct', () => {
  it.each(methods)('wct(content, style, { method: %j, strength }) is the map of the two, applied', async (method) => {
    for (const strength of [1, 0.6, 0]) {
      const result = await wct(toFeatures(contentRows, 5), toFeatures(styleRows, 6), { method, strength });
      expect(result.shape).toEqual([1, 5, 10, 4]);
      expect(relativeL2(await result.data(), expected({ method, strength }))).toBeLessThan(tolerance());
    }
  });

  it('wct(content, style) gives the features the mean and covariance of the style', async () => {
    const styled = await wct(toFeatures(reluRows(800, 12, 1), 20), toFeatures(reluRows(700, 12, 2), 7));
    const [moments, target] = [momentsOf(toMatrix(await styled.data(), 12)), momentsOf(reluRows(700, 12, 2))];
    expect(relativeL2(moments.covariance, target.covariance)).toBeLessThan(tolerance());
    expect(relativeL2(moments.mean, target.mean)).toBeLessThan(tolerance());
  });

  it('wct(content, style, { whitening, colouring }) hands its options on', async () => {
    const [c, s] = [toFeatures(contentRows), toFeatures(styleRows)];
    const shrunk = wctMap(content, styleOperator(style, { shrink: 2 }), { shrink: 1 });
    const result = await wct(c, s, { whitening: { shrink: 1 }, colouring: { shrink: 2 } });
    expect(relativeL2(await result.data(), await applyAffine(c, shrunk).data())).toBeLessThan(tolerance());
  });

  it('wct(batch, style) gives each picture statistics of its own', async () => {
    const batch = randomTensor<tf.Rank.R4>([3, 6, 5, 4], 1, 0, 4);
    const styles = randomTensor<tf.Rank.R4>([3, 4, 7, 4], 2, -1, 1);
    const [shared, paired] = [await wct(batch, image(styles, 1)), await wct(batch, styles)];
    expect(shared.shape).toEqual([3, 6, 5, 4]);
    for (let i = 0; i < 3; i++) {
      const withOne = await wct(image(batch, i), image(styles, 1));
      const withOwn = await wct(image(batch, i), image(styles, i));
      expect(relativeL2(await image(shared, i).data(), await withOne.data())).toBeLessThan(1e-6);
      expect(relativeL2(await image(paired, i).data(), await withOwn.data())).toBeLessThan(1e-6);
    }
  });

  it.each(methods)('wct(content, style, { method: %j }) of degenerate features has no NaN', async (method) => {
    const good = toFeatures(reluRows(40, 6, 3), 5);
    const awkward: tf.Tensor4D[] = [
      tf.fill([1, 4, 4, 6], 0.3),
      tf.zeros([1, 4, 4, 6]),
      tf.ones([1, 1, 1, 6]),
      toFeatures(reluRows(3, 6, 4)),
      toFeatures(reluRows(40, 6, 5).map((row) => row.map((value, c) => (c < 2 ? 0 : value)))),
    ];
    for (const one of awkward)
      for (const [c, s] of [
        [one, good],
        [good, one],
        [one, one],
      ] as const) {
        const result = await wct(c, s, { method });
        expect((await result.data()).every((value) => Number.isFinite(value) && Math.abs(value) < 1e3)).toBe(true);
      }
  });

  it('wct(content, style) adds one tensor; none when it throws; and works inside a tidy', async () => {
    const [c, s] = [randomTensor<tf.Rank.R4>([2, 4, 4, 3], 1), randomTensor<tf.Rank.R4>([1, 3, 3, 3], 2)];
    await expectTensorGrowth(1, () => wct(c, s));
    const single = image(c, 0);
    await expectTensorGrowth(1, () => wct(single, s));
    const bad = tf.fill<tf.Rank.R4>([1, 3, 3, 3], NaN);
    await expectTensorGrowth(0, () => expect(wct(c, bad)).rejects.toThrow('features must be finite numbers'));
    let pending: Promise<tf.Tensor4D> | undefined;
    tf.tidy(() => {
      pending = wct(tf.clone(c), tf.clone(s));
    });
    const result = await pending!;
    expect(result.isDisposed).toBe(false);
    expect((await result.data()).every(Number.isFinite)).toBe(true);
  });

  it('wct(content, style) throws on shapes and options that do not fit', async () => {
    const c = tf.ones<tf.Rank.R4>([2, 2, 2, 3]);
    await expect(wct(c, tf.ones([1, 2, 2, 4]))).rejects.toThrow(
      'wct: content [2, 2, 2, 3] and style [1, 2, 2, 4] must have the same channels',
    );
    await expect(wct(c, tf.ones([3, 2, 2, 3]))).rejects.toThrow('must have the same batch, or a single style');
    await expect(wct(c, c, { strength: -1 })).rejects.toThrow('wct: strength must be a number in 0..1; got -1');
    await expect(wct(c, c, { method: 'x' as 'wct' })).rejects.toThrow(
      "wct: method must be one of 'wct', 'ot', 'adain'",
    );
    await expect(wct(c, c, { whitening: { shrink: -1 } })).rejects.toThrow('wct: shrink');
    await expect(wct(c, c, { colouring: { shrink: -1 } })).rejects.toThrow('wct: shrink');
  });
});

describe('adain', () => {
  const c = () => toFeatures(contentRows, 5);
  const s = () => toFeatures(styleRows, 6);

  it("adain(content, style, { epsilon: 0 }) is wct(content, style, { method: 'adain' })", async () => {
    for (const strength of [1, 0.4, 0]) {
      const result = await adain(c(), s(), { strength, epsilon: 0 });
      expect(relativeL2(await result.data(), expected({ method: 'adain', strength }))).toBeLessThan(tolerance());
    }
  });

  it('adain(content, style) gives each channel the mean and deviation of the style', async () => {
    const moments = momentsOf(toMatrix(await (await adain(c(), s())).data(), 4));
    expect(relativeL2(moments.mean, style.mean)).toBeLessThan(tolerance());
    const variances = [0, 5, 10, 15].map((i) => [moments.covariance[i]!, style.covariance[i]!]);
    // epsilon counts on both sides.
    for (const [own, target] of variances) expect(own! / target!).toBeCloseTo(1, 4);
  });

  it('adain(content, style, { epsilon }) is known by hand', async () => {
    const [narrow, wide] = [tf.tensor4d([-1, 1], [1, 1, 2, 1]), tf.tensor4d([6, 14], [1, 1, 2, 1])];
    // Variances 2 and 32, plus 4: the scale is sqrt(36 / 6).
    const result = await (await adain(narrow, wide, { epsilon: 4 })).data();
    expect(result[1]).toBeCloseTo(10 + Math.sqrt(6), 4);
  });

  it('adain(batch, style) gives each picture statistics of its own', async () => {
    const batch = randomTensor<tf.Rank.R4>([2, 6, 5, 4], 1, 0, 4);
    const styles = randomTensor<tf.Rank.R4>([2, 4, 7, 4], 2, -1, 1);
    const [shared, paired] = [await adain(batch, image(styles, 1)), await adain(batch, styles)];
    for (let i = 0; i < 2; i++) {
      const withOne = await adain(image(batch, i), image(styles, 1));
      const withOwn = await adain(image(batch, i), image(styles, i));
      expect(relativeL2(await image(shared, i).data(), await withOne.data())).toBeLessThan(1e-6);
      expect(relativeL2(await image(paired, i).data(), await withOwn.data())).toBeLessThan(1e-6);
    }
  });

  it('adain(content, style) of constant features and single positions has no NaN', async () => {
    const awkward: tf.Tensor4D[] = [tf.fill([1, 4, 4, 4], 0.3), tf.ones([1, 1, 1, 4])];
    for (const one of awkward)
      for (const epsilon of [0, 1e-5])
        for (const [x, y] of [
          [one, s()],
          [c(), one],
        ] as const)
          expect((await (await adain(x, y, { epsilon })).data()).every(Number.isFinite)).toBe(true);
  });

  it('adain(content, style) adds one tensor; none when it throws; and names what is not finite', async () => {
    const [x, y] = [c(), s()];
    await expectTensorGrowth(1, () => adain(x, y));
    const bad = tf.tensor4d([1, 2, 3, NaN], [1, 1, 1, 4]);
    await expectTensorGrowth(0, () =>
      expect(adain(bad, y)).rejects.toThrow('content must hold finite numbers; channel 3'),
    );
    await expectTensorGrowth(0, () =>
      expect(adain(x, bad)).rejects.toThrow('style must hold finite numbers; channel 3'),
    );
    await expect(adain(x, y, { epsilon: -1 })).rejects.toThrow('epsilon must be a number of at least 0; got -1');
    await expect(adain(x, y, { strength: 2 })).rejects.toThrow('adain: strength');
  });
});

it('featureMoments, styleOperator, wctMap and applyAffine compose to wct', async () => {
  const [c, s] = [toFeatures(contentRows), toFeatures(styleRows)];
  const map = wctMap(await featureMoments(c), styleOperator(await featureMoments(s)));
  expect(await applyAffine(c, map).data()).toEqual(await (await wct(c, s)).data());
});
