import { describe, expect, test } from 'vitest';
import { type Step, lossesAt, reach, thin } from '../../bench/numbers/reach.js';
import { fittedExponent, median, summarize } from '../../bench/numbers/statistics.js';

describe('numbers of the bench', () => {
  test('the median is the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  test('a summary has the median and the whole spread', () => {
    expect(summarize([5, 1, 9])).toEqual({ median: 5, least: 1, most: 9, count: 3 });
  });

  test('the exponent of a power is found, and that of a noisy one nearly', () => {
    const sizes = [10, 20, 40, 80];
    expect(fittedExponent(sizes.map((x) => [x, 3 * x ** 1.5]))).toBeCloseTo(1.5, 12);
    expect(fittedExponent(sizes.map((x, i) => [x, x * (i % 2 === 0 ? 1.05 : 0.95)]))).toBeCloseTo(1, 1);
    expect(fittedExponent([[10, 1]])).toBeNaN();
  });

  const run: Step[] = [
    [0, 1, 2, 50, 10, 20],
    [0, 2, 4, 40, 20, 40],
    [1, 1, 1, 30, 60, 120],
    [1, 2, 3, 20, 100, 200],
  ];

  test('a loss counts as reached in the last stage only; evaluations at half the size count a quarter', () => {
    expect(reach(run, 1, 45)).toEqual({ loss: 45, evaluations: 2, wall: 60, cpu: 120 });
    expect(reach(run, 1, 20)).toEqual({ loss: 20, evaluations: 4, wall: 100, cpu: 200 });
    expect(reach(run, 1, 19)).toEqual({ loss: 19 });
  });

  test('losses of a plain run are the lowest until an iteration', () => {
    const plain: Step[] = [
      [0, 1, 1, 9, 1, 1],
      [0, 2, 2, 12, 2, 2],
      [0, 3, 3, 5, 3, 3],
    ];
    expect(lossesAt(plain, [1, 2, 3])).toEqual([9, 9, 5]);
  });

  test('a curve keeps the beginning and every fifth iteration', () => {
    const long = Array.from({ length: 40 }, (_, i): Step => [0, i + 1, i + 1, 1 / (i + 1), i, i]);
    expect(thin(long, 0).map(([iteration]) => iteration)).toEqual([
      ...Array.from({ length: 20 }, (_, i) => i + 1),
      25,
      30,
      35,
      40,
    ]);
  });
});
