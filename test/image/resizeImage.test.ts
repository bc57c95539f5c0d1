import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fitSize, resizeImage, type ResizeMethod } from '../../src/image/index.js';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';

const methods: ResizeMethod[] = ['linear', 'cubic', 'lanczos3'];

/** A line of grey pixels along one axis. */
const line = (values: number[], axis: 'row' | 'column'): tf.Tensor4D =>
  tf.tensor4d(
    values.flatMap((v) => [v, v, v]),
    axis === 'row' ? [1, 1, values.length, 3] : [1, values.length, 1, 3],
  );
const red = async (image: tf.Tensor4D): Promise<number[]> =>
  Array.from(await image.data()).filter((_, i) => i % 3 === 0);

/** The definition as a plain sum over all pixels: no windows, no matrices. */
function resizeByDefinition(x: number[], to: number, kernel: (t: number) => number): number[] {
  const scale = x.length / to;
  return Array.from({ length: to }, (_, i) => {
    const weight = x.map((_, j) => kernel((j + 0.5 - (i + 0.5) * scale) / Math.max(1, scale)));
    const total = weight.reduce((a, b) => a + b);
    return x.reduce((sum, value, j) => sum + value * weight[j]!, 0) / total;
  });
}
const sinc = (t: number): number => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
const lanczos3 = (t: number): number => (Math.abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0);

describe('resizeImage', () => {
  it('resizeImage(x, half, linear) weighs with the tent of twice the width: 3/7, 3/7, 1/7', async () => {
    const out = await red(resizeImage(line([1, 0, 0, 0], 'row'), [1, 2], { method: 'linear' }));
    expect(out[0]).toBeCloseTo(3 / 7, 5);
    expect(out[1]).toBeCloseTo(0, 5);
    const second = await red(resizeImage(line([0, 0, 1, 0], 'column'), [2, 1], { method: 'linear' }));
    expect(second[0]).toBeCloseTo(1 / 7, 5);
    expect(second[1]).toBeCloseTo(3 / 7, 5);
  });

  it('resizeImage(x, double, cubic) weighs an inner pixel with -3, 29, 111, -9 of 128', async () => {
    // Output pixel 7 of 16 lies at 3.25: the impulse at 3 has 111/128, at 4 29/128, at 2 -9/128, at 5 -3/128.
    const expected = new Map([
      [2, -9 / 128],
      [3, 111 / 128],
      [4, 29 / 128],
      [5, -3 / 128],
      [6, 0],
    ]);
    for (const [at, weight] of expected) {
      const impulse = Array.from({ length: 8 }, (_, i) => (i === at ? 1 : 0));
      const out = await red(resizeImage(line(impulse, 'row'), [1, 16], { method: 'cubic' }));
      expect(out[7]).toBeCloseTo(weight, 5);
    }
  });

  it.each([5, 7, 23, 40, 100])(
    'resizeImage(x, %i pixels, lanczos3) agrees with the plain sum of the definition',
    async (to) => {
      const x = Array.from({ length: 17 }, (_, i) => ((i * 7) % 11) / 10);
      const out = await red(resizeImage(line(x, 'column'), [to, 1], { method: 'lanczos3' }));
      expect(relativeL2(out, resizeByDefinition(x, to, lanczos3))).toBeLessThan(tolerance());
    },
  );

  it.each(methods)('resizeImage(constant, size, %s) stays constant to the border', async (method) => {
    for (const size of [
      [5, 3],
      [13, 40],
    ] as const) {
      const values = await resizeImage(tf.fill<tf.Rank.R4>([1, 11, 17, 3], 0.625), size, { method }).data();
      values.forEach((value) => expect(Math.abs(value - 0.625)).toBeLessThan(1e-5));
    }
  });

  it.each(methods)('resizeImage(ramp, size, %s) stays a ramp away from the border', async (method) => {
    const ramp = line(
      Array.from({ length: 48 }, (_, i) => (i + 0.5) / 48),
      'row',
    );
    for (const to of [16, 96]) {
      const out = await red(resizeImage(ramp, [1, to], { method }));
      const margin = Math.ceil((3 * Math.max(1, 48 / to) * to) / 48);
      // Lanczos weights of a moved sampling grid do not have their mean exactly at its centre.
      const allowed = method === 'lanczos3' ? 2e-3 : 1e-5;
      for (let i = margin; i < to - margin; i++) expect(Math.abs(out[i]! - (i + 0.5) / to)).toBeLessThan(allowed);
    }
  });

  it.each(methods)(
    'resizeImage(stripes, a quarter, %s) is the mean of the stripes, not one of them',
    async (method) => {
      const stripes = line(
        Array.from({ length: 128 }, (_, i) => i % 2),
        'row',
      );
      const out = await red(resizeImage(stripes, [1, 32], { method }));
      out.slice(3, -3).forEach((value) => expect(Math.abs(value - 0.5)).toBeLessThan(0.02));
      const sampled = await red(tf.image.resizeBilinear(stripes, [1, 32]));
      expect(Math.max(...sampled.map((value) => Math.abs(value - 0.5)))).toBeGreaterThan(0.4);
    },
  );

  it('resizeImage(batch, size) resizes each picture and channel by itself', async () => {
    const batch = randomTensor<tf.Rank.R4>([3, 9, 14, 3], 1);
    const out = await expectTensorGrowth(1, () => resizeImage(batch, [6, 21]));
    expect(out.shape).toEqual([3, 6, 21, 3]);
    for (let i = 0; i < 3; i++) {
      const alone = resizeImage(tf.slice(batch, [i, 0, 0, 0], [1, 9, 14, 3]), [6, 21]);
      expect(relativeL2(await tf.slice(out, [i, 0, 0, 0], [1, 6, 21, 3]).data(), await alone.data())).toBeLessThan(
        1e-6,
      );
      for (let c = 0; c < 3; c++) {
        const channel = tf.slice(alone, [0, 0, 0, c], [1, 6, 21, 1]);
        const grey = tf.concat(Array(3).fill(tf.slice(batch, [i, 0, 0, c], [1, 9, 14, 1])) as tf.Tensor4D[], 3);
        const expected = tf.slice(resizeImage(grey, [6, 21]), [0, 0, 0, 0], [1, 6, 21, 1]);
        expect(relativeL2(await channel.data(), await expected.data())).toBeLessThan(1e-6);
      }
    }
  });

  it('resizeImage(x, size) of the transposed picture is the transposed result', async () => {
    const x = randomTensor<tf.Rank.R4>([1, 12, 7, 3], 2);
    const straight = tf.transpose(resizeImage(x, [5, 10]), [0, 2, 1, 3]);
    const turned = resizeImage(tf.transpose(x, [0, 2, 1, 3]), [10, 5]);
    expect(relativeL2(await turned.data(), await straight.data())).toBeLessThan(tolerance());
  });

  it('resizeImage(x, its own size) is a copy', async () => {
    const x = randomTensor<tf.Rank.R4>([1, 5, 6, 3], 3);
    const expected = await x.data();
    const out = resizeImage(x, [5, 6]);
    expect(out).not.toBe(x);
    x.dispose();
    expect(await out.data()).toEqual(expected);
  });

  it('resizeImage(x, size) names the argument that is wrong', async () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const flat: tf.Tensor = tf.zeros([4, 4, 3]);
    await expectTensorGrowth(0, () => {
      expect(() => resizeImage(x, [0, 4])).toThrow(
        'resizeImage: size must be [height, width], whole numbers of at least 1; got [0, 4]',
      );
      expect(() => resizeImage(x, [2.5, 4])).toThrow('got [2.5, 4]');
      expect(() => resizeImage(x, [4] as unknown as [number, number])).toThrow('got [4]');
      expect(() => resizeImage(x, [4, 4], { method: 'nearest' as ResizeMethod })).toThrow(
        "resizeImage: method must be one of 'linear', 'cubic', 'lanczos3'; got 'nearest'",
      );
    });
    expect(() => resizeImage(flat as tf.Tensor4D, [2, 2])).toThrow('image must be a float32 tensor');
  });
});

describe('fitSize', () => {
  it('fitSize(size, { longSide }) fits the longer side, either way up', () => {
    expect(fitSize([3000, 4000], { longSide: 512 })).toEqual([384, 512]);
    expect(fitSize([4000, 3000], { longSide: 512 })).toEqual([512, 384]);
    expect(fitSize([30, 40], { longSide: 400 })).toEqual([300, 400]);
  });

  it('fitSize(size, { shortSide }) fits the shorter side', () => {
    expect(fitSize([300, 500], { shortSide: 100 })).toEqual([100, 167]);
  });

  it('fitSize(size, { pixels }) fits the area', () => {
    expect(fitSize([300, 400], { pixels: 120_000 / 4 })).toEqual([150, 200]);
  });

  it('fitSize(size, { multipleOf }) rounds to the nearest multiple, at least one', () => {
    expect(fitSize([300, 500], { multipleOf: 16 })).toEqual([304, 496]);
    expect(fitSize([5, 500], { longSide: 50, multipleOf: 8 })).toEqual([8, 48]);
  });

  it('fitSize(size) without options is the size', () => {
    expect(fitSize([31, 17])).toEqual([31, 17]);
  });

  it('fitSize(size, { longSide }) never gives an empty side', () => {
    expect(fitSize([1, 1000], { longSide: 10 })).toEqual([1, 10]);
  });

  it('fitSize(size, options) rejects two lengths and bad numbers', () => {
    expect(() => fitSize([10, 10], { longSide: 5, pixels: 25 })).toThrow(
      'fitSize: give one of longSide, shortSide and pixels; got longSide and pixels',
    );
    expect(() => fitSize([0, 10])).toThrow('fitSize: size must be [height, width]');
    expect(() => fitSize([10, 10], { longSide: 0 })).toThrow('longSide must be a whole number of at least 1; got 0');
    expect(() => fitSize([10, 10], { multipleOf: 1.5 })).toThrow('multipleOf');
  });
});
