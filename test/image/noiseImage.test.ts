import { describe, expect, it } from 'vitest';
import { noiseImage } from '../../src/image/index.js';
import { randomNumbers } from '../../src/internal/randomNumbers.js';
import { expectTensorGrowth } from '../_setup/compare.js';

/** The published reference of xoshiro128** 1.1 with SplitMix-style seeding, in exact integers. */
function* reference(seed: number): Generator<number> {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (32n - bits))) & mask;
  let weyl = BigInt(seed) & mask;
  const s = Array.from({ length: 4 }, () => {
    weyl = (weyl + 0x9e3779b9n) & mask;
    let z = weyl;
    z = ((z ^ (z >> 16n)) * 0x85ebca6bn) & mask;
    z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & mask;
    return z ^ (z >> 16n);
  }) as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number(((rotate((s[1] * 5n) & mask, 7n) * 9n) & mask) >> 8n) / 2 ** 24;
    const t = (s[1] << 9n) & mask;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
  }
}

function moments(values: ArrayLike<number>): { mean: number; deviation: number; kurtosis: number } {
  const x = Array.from(values);
  const mean = x.reduce((a, b) => a + b) / x.length;
  const central = (power: number): number => x.reduce((sum, v) => sum + (v - mean) ** power, 0) / x.length;
  return { mean, deviation: Math.sqrt(central(2)), kurtosis: central(4) / central(2) ** 2 };
}

describe('randomNumbers', () => {
  it.each([0, 1, 42, 0xffffffff])('randomNumbers(%i).uniform() is xoshiro128**', (seed) => {
    const random = randomNumbers(seed);
    const expected = reference(seed);
    for (let i = 0; i < 2000; i++) expect(random.uniform()).toBe(expected.next().value);
  });

  it('randomNumbers(-1) and randomNumbers(2^32 - 1) are the same seed', () => {
    expect(randomNumbers(-1).uniform()).toBe(randomNumbers(0xffffffff).uniform());
  });
});

describe('noiseImage', () => {
  it('noiseImage(shape, { seed: 1 }) starts with the same numbers on every backend', async () => {
    const uniform = await noiseImage([1, 1, 2, 3], { seed: 1 }).data();
    const expected = [0.56860596, 0.75392884, 0.88939393, 0.49002045, 0.47058237, 0.98336864];
    expected.forEach((value, i) => expect(uniform[i]).toBeCloseTo(value, 7));
    const normal = await noiseImage([1, 1, 2, 3], { seed: 1, kind: 'normal', mean: 0, deviation: 1 }).data();
    const expectedNormal = [0.41807933, 1.54742242, 0.99904837, -0.02560402, -0.02172679, 0.35699847];
    expectedNormal.forEach((value, i) => expect(normal[i]).toBeCloseTo(value, 6));
  });

  it('noiseImage(shape) is uniform in 0..1 without options', async () => {
    const image = await expectTensorGrowth(1, () => noiseImage([1, 128, 128, 3]));
    const values = await image.data();
    const { mean, deviation, kurtosis } = moments(values);
    // Four standard errors of 49152 independent values.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0053);
    expect(Math.abs(deviation - 0.28868)).toBeLessThan(0.003);
    expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.02);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it('noiseImage(shape, { kind: normal, mean, deviation }) has that mean and deviation and the tails of a normal', async () => {
    const values = await noiseImage([2, 100, 100, 3], { kind: 'normal', seed: 9, mean: 0.3, deviation: 0.2 }).data();
    const { mean, deviation, kurtosis } = moments(values);
    expect(Math.abs(mean - 0.3)).toBeLessThan(0.0033);
    expect(Math.abs(deviation - 0.2)).toBeLessThan(0.0024);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
  });

  it('noiseImage(shape, { mean, deviation }) stretches the uniform distribution', async () => {
    const values = await noiseImage([1, 64, 64, 3], { mean: 0.5, deviation: 0.1 }).data();
    expect(moments(values).deviation).toBeCloseTo(0.1, 2);
    const reach = 0.1 * Math.sqrt(3);
    expect(Math.max(...values)).toBeLessThanOrEqual(0.5 + reach);
    expect(Math.max(...values)).toBeGreaterThan(0.5 + 0.99 * reach);
  });

  it('noiseImage(shape, { deviation: 0 }) is flat', async () => {
    const values = await noiseImage([1, 2, 2, 3], { kind: 'normal', deviation: 0, mean: 0.25 }).data();
    expect([...values]).toEqual(Array(12).fill(0.25));
  });

  it('noiseImage(shape, { seed }) repeats for equal seeds and differs for others', async () => {
    const draw = async (seed: number): Promise<ArrayLike<number>> => noiseImage([1, 8, 8, 3], { seed }).data();
    expect(await draw(5)).toEqual(await draw(5));
    expect(await draw(5)).not.toEqual(await draw(6));
  });

  it('noiseImage(shape, options) names the argument that is wrong', async () => {
    await expectTensorGrowth(0, () => {
      expect(() => noiseImage([1, 0, 8, 3])).toThrow(
        'noiseImage: shape must be [b, h, w, 3], whole numbers of at least 1',
      );
      expect(() => noiseImage([1, 8, 8, 4])).toThrow('noiseImage: shape must be [b, h, w, 3]; got [1, 8, 8, 4]');
      expect(() => noiseImage([1, 8, 8, 3], { seed: 0.5 })).toThrow('seed must be a whole number');
      expect(() => noiseImage([1, 8, 8, 3], { deviation: -1 })).toThrow(
        'deviation must be a number of at least 0; got -1',
      );
      expect(() => noiseImage([1, 8, 8, 3], { kind: 'pink' as 'normal' })).toThrow(
        "one of 'uniform', 'normal'; got 'pink'",
      );
    });
  });
});
