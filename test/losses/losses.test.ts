import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { ensureGradients } from '../../src/internal/ensureGradients.js';
import {
  contentLoss,
  contentReductions,
  gramMatrix,
  gramNormalizations,
  normalizeGradient,
  styleLoss,
  styleReductions,
  totalVariationLoss,
  variationNorms,
  variationReductions,
  weightedSum,
} from '../../src/losses/index.js';
import type { ClosedForm, Differentiable } from '../../src/types.js';
import { directionalError, expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';

const random = (shape: [number, number, number, number], seed: number): Tensor4D =>
  randomTensor<tf.Rank.R4>(shape, seed, -1, 1);
const number = async (x: tf.Tensor): Promise<number> => (await x.data())[0]!;
const numbers = async (x: tf.Tensor): Promise<number[]> => [...(await x.data())];

/** Value, closed-form gradient, finite differences and tape agree; nothing leaks. */
async function expectExact(loss: ClosedForm, x: Tensor4D): Promise<void> {
  const { value, grad } = await expectTensorGrowth(2, () => {
    const { value, grad, parts } = loss.valueAndGrad(x);
    parts?.dispose();
    return { value, grad };
  });
  const plain = await expectTensorGrowth(1, () => loss(x));
  expect(await number(plain)).toBeCloseTo(await number(value), 5);
  expect(grad.shape).toEqual(x.shape);
  // float32 values over a step of 0.02: about 1e-4
  expect(await directionalError(loss, x, grad, 0.02)).toBeLessThan(5e-3);
  const tape = await expectTensorGrowth(1, () => tf.grad((y) => tf.mul(loss(y as Tensor4D), 2))(x));
  expect(
    relativeL2(
      (await numbers(tape)).map((v) => v / 2),
      await numbers(grad),
    ),
  ).toBeLessThan(1e-5);
  tf.dispose([value, grad, plain, tape]);
}

describe('gramMatrix', () => {
  test('gramMatrix(features) of known features', async () => {
    const features = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 3, 2]);
    const raw = [1 + 9 + 25, 2 + 12 + 30, 2 + 12 + 30, 4 + 16 + 36];
    for (const [normalization, n] of [
      ['none', 1],
      ['positions', 3],
      ['elements', 6],
    ] as const) {
      const gram = await expectTensorGrowth(1, () => gramMatrix(features, { normalization }));
      expect(gram.shape).toEqual([1, 2, 2]);
      expect(
        relativeL2(
          await numbers(gram),
          raw.map((v) => v / n),
        ),
      ).toBeLessThan(1e-6);
      gram.dispose();
    }
  });

  test('gramMatrix(batch) holds one matrix for each image', async () => {
    const [a, b] = [random([1, 3, 4, 5], 1), random([1, 3, 4, 5], 2)];
    const both = gramMatrix(tf.concat([a, b]));
    const single = tf.concat([gramMatrix(a), gramMatrix(b)]);
    expect(both.shape).toEqual([2, 5, 5]);
    expect(relativeL2(await numbers(both), await numbers(single))).toBeLessThan(1e-6);
  });

  test('gramMatrix(features) does not change when positions are shuffled or the picture is repeated', async () => {
    const x = random([1, 4, 4, 3], 1);
    const expected = await numbers(gramMatrix(x));
    expect(relativeL2(await numbers(gramMatrix(tf.reverse(x, [1, 2]))), expected)).toBeLessThan(1e-5);
    expect(relativeL2(await numbers(gramMatrix(tf.tile(x, [1, 2, 3, 1]))), expected)).toBeLessThan(1e-5);
  });

  test.each(gramNormalizations)('gramMatrix(features, %s) is differentiable under tf.grad', async (normalization) => {
    ensureGradients();
    const x = random([2, 3, 4, 3], 4);
    const weights = randomTensor<tf.Rank.R3>([2, 3, 3], 5, -1, 1);
    const f = (y: Tensor4D): tf.Scalar => tf.sum(tf.mul(gramMatrix(y, { normalization }), weights));
    const grad = tf.grad((y) => f(y as Tensor4D))(x) as Tensor4D;
    expect(await directionalError(f, x, grad, 0.05)).toBeLessThan(2e-3);
  });
});

describe('contentLoss', () => {
  test.each(contentReductions)('contentLoss(target, %s) has an exact gradient', async (reduction) => {
    const loss = contentLoss(random([2, 4, 5, 3], 1), { reduction });
    await expectExact(loss, random([2, 4, 5, 3], 2));
    loss.dispose();
  });

  test('contentLoss(target) by hand', async () => {
    const [target, x] = [tf.tensor4d([1, 2, 2, 4], [1, 2, 2, 1]), tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1])];
    const values = { mean: 5 / 4, sum: 5, 'half-sum': 2.5, relative: 5 / 25 };
    for (const reduction of contentReductions)
      expect(await number(contentLoss(target, { reduction })(x))).toBeCloseTo(values[reduction], 5);
    expect(await number(contentLoss(target)(target))).toBe(0);
  });
});

describe('styleLoss', () => {
  const all = gramNormalizations.flatMap((n) => styleReductions.map((r) => [n, r] as const));
  test.each(all)('styleLoss(target, %s, %s) has an exact gradient', async (normalization, reduction) => {
    const loss = styleLoss(random([1, 5, 3, 4], 1), { normalization, reduction });
    await expectExact(loss, random([2, 4, 5, 4], 2));
    loss.dispose();
  });

  test('styleLoss(target) by hand', async () => {
    // One channel, G = mean of squares: 4 against 1.
    const [target, x] = [tf.ones<tf.Rank.R4>([1, 2, 2, 1]), tf.fill<tf.Rank.R4>([1, 3, 3, 1], 2)];
    expect(await number(styleLoss(target)(x))).toBeCloseTo(9 / 4, 5);
    expect(await number(styleLoss(target, { reduction: 'sum' })(x))).toBeCloseTo(9, 5);
    expect(await number(styleLoss(target, { reduction: 'relative' })(x))).toBeCloseTo(9, 5);
    expect(await number(styleLoss(target, { normalization: 'none', reduction: 'sum' })(x))).toBeCloseTo(32 ** 2, 2);
  });

  test('styleLoss({ gram }) equals styleLoss(features), and borrows the matrix', async () => {
    const [target, x] = [random([1, 4, 4, 3], 1), random([1, 4, 4, 3], 2)];
    const gram = gramMatrix(target);
    const fromGram = styleLoss({ gram });
    expect(await number(fromGram(x))).toBeCloseTo(await number(styleLoss(target)(x)), 6);
    fromGram.dispose();
    expect(gram.isDisposed).toBe(false);
  });

  test('styleLoss(features) owns one matrix until dispose()', async () => {
    const target = random([1, 4, 4, 3], 1);
    const loss = await expectTensorGrowth(1, () => styleLoss(target));
    await expectTensorGrowth(-1, () => loss.dispose());
    expect(target.isDisposed).toBe(false);
  });

  test('styleLoss(positions) compares pictures of different sizes', async () => {
    const x = random([1, 4, 4, 3], 1);
    expect(await number(styleLoss(x)(tf.tile(x, [1, 3, 2, 1])))).toBeLessThan(1e-10);
  });
});

describe('totalVariationLoss', () => {
  const x = (): Tensor4D => random([2, 5, 6, 3], 3);
  const all = variationNorms.flatMap((n) => variationReductions.map((r) => [n, r] as const));
  test.each(all)('totalVariationLoss(%s, %s) has an exact gradient', async (norm, reduction) => {
    // The kinks of l1 lie at equal neighbours; random ones are far enough apart for this step in almost all places.
    await expectExact(totalVariationLoss({ norm, reduction }), x());
  });

  test('totalVariationLoss(isotropic, exponent 1) has an exact gradient', async () => {
    await expectExact(totalVariationLoss({ norm: 'isotropic', exponent: 1, reduction: 'sum' }), x());
    const flat = totalVariationLoss({ norm: 'isotropic', exponent: 1 }).valueAndGrad(tf.ones([1, 3, 3, 1]));
    expect(await numbers(flat.grad)).toEqual(new Array(9).fill(0));
  });

  test('totalVariationLoss(norm) by hand', async () => {
    // 0 1
    // 3 7
    const picture = tf.tensor4d([0, 1, 3, 7], [1, 2, 2, 1]);
    const value = async (options: Parameters<typeof totalVariationLoss>[0]): Promise<number> =>
      number(totalVariationLoss(options)(picture));
    expect(await value({ norm: 'l1', reduction: 'sum' })).toBeCloseTo(1 + 4 + 3 + 6, 5);
    expect(await value({ norm: 'l2', reduction: 'sum' })).toBeCloseTo(1 + 16 + 9 + 36, 4);
    expect(await value({ norm: 'l2', reduction: 'mean' })).toBeCloseTo((1 + 16) / 2 + (9 + 36) / 2, 4);
    expect(await value({ norm: 'isotropic', reduction: 'half-sum' })).toBeCloseTo((1 + 9) / 2, 5);
    expect(await value({ norm: 'isotropic', exponent: 1, reduction: 'sum' })).toBeCloseTo(Math.sqrt(10), 5);
    // Border repeated: the diagonals of the 3x3 windows are 0 0 1 1 / 0 7 ... counted by hand below.
    const padded = [
      [0, 0, 1, 1],
      [0, 0, 1, 1],
      [3, 3, 7, 7],
      [3, 3, 7, 7],
    ];
    let diagonals = 0;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        diagonals += (padded[i + 1]![j + 1]! - padded[i]![j]!) ** 2 + (padded[i + 1]![j]! - padded[i]![j + 1]!) ** 2;
    expect(await value({ norm: 'nine-point', reduction: 'sum' })).toBeCloseTo((2 / 3) * 62 + diagonals / 6, 3);
    expect(await value({ norm: 'nine-point', reduction: 'mean' })).toBeCloseTo(
      (2 / 3) * (62 / 4) + diagonals / 6 / 9,
      3,
    );
  });

  test('totalVariationLoss() of a line or a point is defined', async () => {
    expect(await number(totalVariationLoss()(tf.ones([1, 1, 1, 3])))).toBe(0);
    expect(await number(totalVariationLoss({ reduction: 'sum' })(tf.tensor4d([1, 3], [1, 1, 2, 1])))).toBe(4);
  });
});

describe('weightedSum', () => {
  const plain: Differentiable = (y) => tf.mean(tf.square(tf.sub(y, 0.5)));
  test('weightedSum(terms) adds values, gradients and parts, plain functions among them', async () => {
    const target = random([1, 4, 4, 3], 1);
    const sum = weightedSum([
      { loss: contentLoss(target), weight: 2, name: 'a' },
      { loss: plain, weight: 3 },
      {
        loss: weightedSum([
          { loss: plain, name: 'b' },
          { loss: totalVariationLoss(), name: 'c' },
        ]),
        weight: 0.5,
      },
    ]);
    expect(sum.partNames).toEqual(['a', 'term 2', 'b', 'c']);
    const x = random([1, 4, 4, 3], 2);
    await expectExact(sum, x);
    const { value, grad, parts } = sum.valueAndGrad(x);
    const each = await numbers(parts!);
    expect(each[0]).toBeCloseTo(2 * (await number(contentLoss(target)(x))), 5);
    expect(each[1]).toBeCloseTo(3 * (await number(plain(x))), 5);
    expect(each[2]).toBeCloseTo(0.5 * (await number(plain(x))), 5);
    expect(each.reduce((a, b) => a + b)).toBeCloseTo(await number(value), 5);
    tf.dispose([value, grad, parts!]);
  });
});

test('normalizeGradient(loss) divides the gradient by its L1 norm and keeps the value', async () => {
  const [target, x] = [random([1, 4, 4, 3], 1), random([1, 4, 4, 3], 2)];
  const loss = contentLoss(target);
  const { value, grad } = normalizeGradient(loss).valueAndGrad(x);
  expect(await number(value)).toBe(await number(loss(x)));
  expect((await numbers(grad)).reduce((sum, v) => sum + Math.abs(v), 0)).toBeCloseTo(1, 4);
  const plain = normalizeGradient((y: Tensor4D) => tf.sum(tf.square(y)));
  for (const f of [normalizeGradient(loss), plain]) {
    const byTape = tf.grad((y) => f(y as Tensor4D))(x);
    expect(relativeL2(await numbers(byTape), await numbers(f.valueAndGrad(x).grad))).toBeLessThan(1e-6);
  }
  const zero = normalizeGradient(contentLoss(x)).valueAndGrad(x);
  expect((await numbers(zero.grad)).every((v) => v === 0)).toBe(true);
});

describe('bad input gets a clear error before any work', () => {
  const good = (): Tensor4D => random([1, 4, 4, 3], 1);
  test.each<[string, () => unknown, string]>([
    [
      'wrong rank',
      () => gramMatrix(tf.ones<tf.Rank>([2, 2, 3]) as Tensor4D),
      'gramMatrix: features must be a float32 tensor [b, h, w, c]; got a float32 tensor of shape [2, 2, 3]',
    ],
    [
      'not a tensor',
      () => contentLoss([1, 2] as unknown as Tensor4D),
      'contentLoss: target must be a float32 tensor [b, h, w, c]; got [1, 2]',
    ],
    ['wrong type', () => gramMatrix(tf.ones([1, 2, 2, 3], 'int32')), 'got a int32 tensor of shape [1, 2, 2, 3]'],
    ['an empty side', () => gramMatrix(tf.zeros([1, 0, 2, 3])), 'a side of length 0'],
    [
      'unequal shapes',
      () => contentLoss(good())(tf.ones([1, 4, 5, 3])),
      'contentLoss: features [1, 4, 5, 3] and target [1, 4, 4, 3] must have equal shapes',
    ],
    [
      'unequal channels',
      () => styleLoss(good())(tf.ones([1, 4, 4, 2])),
      'styleLoss: features must have 3 channels, like the target; got a float32 tensor of shape [1, 4, 4, 2]',
    ],
    [
      'a matrix that is not square',
      () => styleLoss({ gram: tf.ones<tf.Rank.R3>([1, 2, 3]) }),
      'target.gram must be square',
    ],
    [
      'an unknown normalization',
      () => gramMatrix(good(), { normalization: 'pixels' as 'none' }),
      "gramMatrix: normalization must be one of 'positions', 'elements', 'none'; got 'pixels'",
    ],
    [
      'an unknown reduction',
      () => contentLoss(good(), { reduction: 'gatys' as 'mean' }),
      "contentLoss: reduction must be one of 'mean', 'sum', 'half-sum', 'relative'; got 'gatys'",
    ],
    [
      'an option that does not belong',
      () => totalVariationLoss({ norm: 'l1', exponent: 2 }),
      "totalVariationLoss: exponent belongs to norm 'isotropic'",
    ],
    [
      'an exponent below 1',
      () => totalVariationLoss({ norm: 'isotropic', exponent: 0.5 }),
      'exponent must be a number of at least 1; got 0.5',
    ],
    ['no terms', () => weightedSum([]), 'weightedSum: terms must name at least one function; got []'],
    [
      'a weight that is no number',
      () => weightedSum([{ loss: totalVariationLoss(), weight: NaN }]),
      'weightedSum: terms[0].weight must be a number; got NaN',
    ],
    [
      'a disposed tensor',
      () => {
        const x = good();
        x.dispose();
        return gramMatrix(x);
      },
      'already disposed',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  test('a loss without a gradient names the operation, and frees what the tape has kept', async () => {
    const sum = weightedSum([{ loss: (x) => tf.sum(tf.cumsum(tf.square(x))) }]);
    const x = good();
    await expectTensorGrowth(0, () => {
      expect(() => sum.valueAndGrad(x)).toThrow('Cumsum, for which no gradient is registered');
    });
    x.dispose();
  });

  test('a loss that is no scalar is refused', () => {
    const sum = weightedSum([{ loss: (x) => tf.square(x) as unknown as tf.Scalar }]);
    expect(() => sum.valueAndGrad(good())).toThrow(/scalar/);
  });
});
