import { applyAffine, mixStyles, styleOperator, wctMap, type StyleOperator } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { relativeL2, tolerance } from '../_setup/compare.js';
import { content, contentRows, style } from './_fixture.js';
import { momentsOf, momentsWith, reluRows, toFeatures } from './_matrices.js';

const first = styleOperator(style);
const second = styleOperator(momentsOf(reluRows(90, 4, 1)));

describe('mixStyles', () => {
  it('mixStyles(operators, weights) is the same as blending the stylised features', async () => {
    const features = toFeatures(contentRows);
    for (const method of ['wct', 'adain'] as const) {
      const stylise = async (operator: StyleOperator) =>
        Array.from(await applyAffine(features, wctMap(content, operator, { method })).data());
      const [a, b] = [await stylise(first), await stylise(second)];
      const blended = a.map((value, i) => 0.3 * value + 0.7 * b[i]!);
      expect(relativeL2(await stylise(mixStyles([first, second], [0.3, 0.7])), blended)).toBeLessThan(tolerance());
    }
  });

  it("mixStyles(operators, weights, { mode: 'covariance' }) has the mean covariance, and more contrast", () => {
    const [a, b] = [
      styleOperator(
        momentsWith([
          [9, 0],
          [0, 1],
        ]),
      ),
      styleOperator(
        momentsWith([
          [1, 0],
          [0, 16],
        ]),
      ),
    ];
    const root = mixStyles([a, b], [1, 1], { mode: 'covariance' });
    [Math.sqrt(5), 0, 0, Math.sqrt(8.5)].forEach((value, i) => expect(root.sqrt[i]).toBeCloseTo(value, 12));
    expect(root.deviation[1]).toBeCloseTo(Math.sqrt(8.5), 12);
    const mean = mixStyles([a, b], [1, 1]);
    expect(relativeL2(mean.sqrt, [2, 0, 0, 2.5])).toBeLessThan(1e-15);
    expect(mean.sqrt[3]).toBeLessThan(root.sqrt[3]!);
  });

  it('mixStyles(operators, weights) divides the weights by their sum', () => {
    expect(mixStyles([first, second], [3, 1])).toEqual(mixStyles([first, second], [0.75, 0.25]));
  });

  it.each(['operator', 'covariance'] as const)('mixStyles([a, b], [1, 0], { mode: %j }) is a', (mode) => {
    const mixed = mixStyles([first, second], [1, 0], { mode });
    expect(relativeL2(mixed.sqrt, first.sqrt)).toBeLessThan(1e-13);
    expect(mixed.mean).toEqual(first.mean);
    expect([mixed.rank, mixed.samples]).toEqual([first.rank, first.samples]);
    mixed.mean[0] = 99;
    expect(first.mean[0]).not.toBe(99);
  });

  it('mixStyles([a, a], weights) is a, whatever the weights', () => {
    expect(relativeL2(mixStyles([first, first], [1, 3]).sqrt, first.sqrt)).toBeLessThan(1e-15);
  });

  it('mixStyles(operators, weights) leaves empty regions out', () => {
    const empty = { ...first, samples: 0, mean: first.mean.map(() => 0), sqrt: first.sqrt.map(() => 0) };
    expect(relativeL2(mixStyles([empty, first], [5, 1]).sqrt, first.sqrt)).toBeLessThan(1e-15);
    expect(mixStyles([empty, empty], [1, 1]).samples).toBe(0);
  });

  it('mixStyles(operators, weights) throws on what does not match', () => {
    expect(() => mixStyles([], [])).toThrow('mixStyles: operators must hold at least one style operator; got none');
    expect(() => mixStyles([first], [1, 2])).toThrow('weights must hold one number per operator (1); got [1, 2]');
    expect(() => mixStyles([first], [0])).toThrow('weights must not all be 0');
    expect(() => mixStyles([first], [-1])).toThrow('weights[0] must be a number of at least 0; got -1');
    expect(() => mixStyles([first, styleOperator(momentsOf([[1], [2]]))], [1, 1])).toThrow(
      'operators must have the same channels; got 4 and 1',
    );
    expect(() => mixStyles([first], [1], { mode: 'mean' as 'operator' })).toThrow(
      "'operator', 'covariance'; got 'mean'",
    );
  });
});
