import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { rowsAndColumns, sumAll, sumOfSquares } from '../../src/internal/sums.js';
import { expectTensorGrowth, randomTensor } from '../_setup/compare.js';

const exactSum = (values: ArrayLike<number>, f = (v: number) => v): number => {
  return Array.from(values).reduce((sum, v) => sum + f(v), 0);
};

// 786433 is prime: it has no rows and columns.
test.each([1, 7, 4096, 196608, 786432, 786433])(
  'sumAll and sumOfSquares of %i numbers are accurate to 1e-6',
  async (n) => {
    const x = randomTensor<tf.Rank.R1>([n], n);
    const values = await x.data();
    const [sum, squares] = await expectTensorGrowth(2, () => [sumAll(x), sumOfSquares(x)] as const);
    expect(Math.abs((await sum.data())[0]! / exactSum(values) - 1)).toBeLessThan(1e-6);
    expect(Math.abs((await squares.data())[0]! / exactSum(values, (v) => v * v) - 1)).toBeLessThan(1e-6);
    tf.dispose([x, sum, squares]);
  },
);

test('rowsAndColumns(size) multiplies to size and is nearly square where it can be', () => {
  expect(rowsAndColumns(786432)).toEqual([1024, 768]);
  expect(rowsAndColumns(13)).toEqual([13, 1]);
});
