import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { ownedTensors } from '../../src/internal/ownedTensors';
import type { History } from '../../src/optim/history';
import { rowLayout } from '../../src/optim/layout';
import { listHistory } from '../../src/optim/listHistory';
import { pack } from '../../src/optim/readback';
import { pairsPerSegment, segmentHistory } from '../../src/optim/segmentHistory';
import { expectTensorGrowth, randomNumbers, randomTensor, relativeL2, tolerance } from '../_setup/compare';

const [rows, columns, capacity] = [6, 5, 4];
const size = rows * columns;
const owned = ownedTensors();
afterEach(() => {
  owned.disposeAll();
});

const histories: [string, () => History][] = [
  ['a list', () => listHistory(capacity, owned)],
  ...[1, 2, 3, 4].map((pairs): [string, () => History] => [
    `segments of ${String(pairs)}`,
    () => segmentHistory(capacity, pairs, owned),
  ]),
];

const vector = (seed: number): tf.Tensor2D => randomTensor<tf.Rank.R2>([rows, columns], seed, -1, 1);
const numbers = (seed: number): number[] => {
  const next = randomNumbers(seed);
  return Array.from({ length: size }, () => -1 + 2 * next());
};
const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe.each(histories)('history in %s', (_, create) => {
  it.each([0, 1, 3, 4, 5, 7, 11])(
    'history keeps the newest pairs, their products and combination, after %i pushes',
    async (pushes) => {
      const history = create();
      for (let i = 0; i < pushes; i++) history.push({ xDiff: vector(100 + i), gradDiff: vector(200 + i) });
      const newest = Array.from({ length: pushes }, (_, i) => i).slice(-capacity);
      const x = newest.map((i) => numbers(100 + i));
      const g = newest.map((i) => numbers(200 + i));
      const [gradient, gradientBefore] = [owned.own(vector(1)), owned.own(vector(2))];
      const before = numbers(2);
      const gradDiff = numbers(1).map((value, i) => value - before[i]!);

      const { tensor, unpack } = pack<'history' | 'one' | 'two'>(rows, () => ({
        sums: { one: tf.ones([rows]), history: history.products(gradient, tf.sub(gradient, gradientBefore)) },
        values: { two: tf.scalar(2) },
      }));
      const close = (actual: readonly number[], expected: number[]): void => {
        expect(relativeL2(actual, expected)).toBeLessThan(tolerance());
      };
      const read = unpack(await owned.own(tensor).data());
      expect(read('one')).toEqual([rows]);
      expect(read('two')).toEqual([2]);
      const products = history.read(read('history'), {
        xDiffGradient: x.map((v) => dot(v, before)),
        gradDiffGradient: g.map((v) => dot(v, before)),
      });
      close(
        products.xDiffGradient,
        x.map((v) => dot(v, numbers(1))),
      );
      close(
        products.gradDiffGradient,
        g.map((v) => dot(v, numbers(1))),
      );
      close(
        products.xDiffGradDiff,
        x.map((v) => dot(v, gradDiff)),
      );
      close(
        products.gradDiffGradDiff,
        g.map((v) => dot(v, gradDiff)),
      );

      const coefficients = { gradient: -0.5, xDiff: x.map((_, i) => i - 1), gradDiff: x.map((_, i) => 2 - i / 2) };
      const combined = await owned.own(history.combine(gradient, coefficients)).data();
      const expected = numbers(1).map((value, k) =>
        x.reduce(
          (sum, _, i) => sum + coefficients.xDiff[i]! * x[i]![k]! + coefficients.gradDiff[i]! * g[i]![k]!,
          -0.5 * value,
        ),
      );
      expect(relativeL2(combined, expected)).toBeLessThan(tolerance());

      const pairs = history.pairs();
      expect(pairs).toHaveLength(newest.length);
      for (const [i, pair] of pairs.entries()) {
        expect(relativeL2(await pair.xDiff.data(), x[i]!)).toBeLessThan(1e-6);
        expect(relativeL2(await pair.gradDiff.data(), g[i]!)).toBeLessThan(1e-6);
        tf.dispose([pair.xDiff, pair.gradDiff]);
      }
    },
  );

  it('history.clear() frees every tensor and starts anew', async () => {
    const gradient = owned.own(vector(1));
    await expectTensorGrowth(0, () => {
      const history = create();
      for (let i = 0; i < 7; i++) history.push({ xDiff: vector(i), gradDiff: vector(50 + i) });
      history.clear();
      expect(history.pairs()).toEqual([]);
      expect(history.products(gradient, gradient)).toBeUndefined();
    });
  });
});

describe('layout', () => {
  it.each([1, 2, 7, 3 * 64 * 64, 786_432, 10_007, 100_003])(
    'rowLayout([%i]) loses no element and has rows fit for sums',
    async (n) => {
      const layout = rowLayout([n]);
      expect(layout.columns).toBeLessThanOrEqual(1024);
      if (n > 4096) expect(layout.columns).toBeGreaterThanOrEqual(64);
      expect(layout.rows * layout.columns - n).toBeLessThan(layout.columns);
      const x = owned.own(randomTensor<tf.Rank.R1>([n], 5));
      const inRows = owned.own(layout.toRows(x));
      expect(inRows.shape).toEqual([layout.rows, layout.columns]);
      const values = await x.data<'float32'>();
      expect(relativeL2(await owned.own(layout.fromRows(inRows)).data(), values)).toBe(0);
      const loaded = await owned.own(layout.load(values)).data();
      expect(relativeL2(loaded, await inRows.data())).toBe(0);
      expect(relativeL2(loaded.slice(0, n), values)).toBe(0);
    },
  );

  it('pairsPerSegment(size, segmentBytes, capacity) fills a segment and holds one pair at least', () => {
    expect(pairsPerSegment(1000, 8 * 1000 * 3 + 5, 10)).toBe(3);
    expect(pairsPerSegment(1000, 1, 10)).toBe(1);
    expect(pairsPerSegment(1000, 1e9, 10)).toBe(10);
  });
});
