import {
  featureMoments,
  styleOperator,
  wctMap,
  type AffineMap,
  type Degradation,
  type Moments,
  type TransferMethod,
} from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { relativeL2 } from '../_setup/compare.js';
import { content, contentRows, oracle, style, styleRows } from './_fixture.js';
import {
  covarianceError,
  momentsOf,
  momentsWith,
  multiply,
  norm,
  reluRows,
  toFeatures,
  toMatrix,
  transpose,
} from './_matrices.js';

const methods: TransferMethod[] = ['wct', 'ot', 'adain'];

/** M of `y = M x + b`: the map's matrix is its transpose. */
const matrixOf = (map: AffineMap): number[] => transpose(toMatrix(map.matrix, map.channels)).flat();
const isFinite = (map: AffineMap): boolean => [...map.matrix, ...map.bias].every(Number.isFinite);

function expectDigits(actual: ArrayLike<number>, expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 9));
}

describe('styleOperator', () => {
  it('styleOperator(moments) is the square root that numpy computes', () => {
    const operator = styleOperator(style);
    expectDigits(operator.sqrt, oracle.colouring);
    expectDigits(operator.mean, oracle.styleMean);
    expectDigits(
      operator.deviation,
      [0, 5, 10, 15].map((i) => Math.sqrt(oracle.styleCovariance[i]!)),
    );
    expect([operator.rank, operator.samples, operator.channels]).toEqual([4, 60, 4]);
  });

  it('styleOperator([[2, 1], [1, 2]]) is known by hand', () => {
    const { sqrt } = styleOperator(
      momentsWith([
        [2, 1],
        [1, 2],
      ]),
    );
    expectDigits(sqrt, [
      (Math.sqrt(3) + 1) / 2,
      (Math.sqrt(3) - 1) / 2,
      (Math.sqrt(3) - 1) / 2,
      (Math.sqrt(3) + 1) / 2,
    ]);
  });

  it('styleOperator(moments, options) drops directions below either cut-off and adds shrink', () => {
    const moments = momentsWith([
      [100, 0, 0],
      [0, 1, 0],
      [0, 0, 1e-6],
    ]);
    expect(styleOperator(moments).rank).toBe(2);
    expect(styleOperator(moments, { absoluteCutoff: 1e-7 }).rank).toBe(2);
    expect(styleOperator(moments, { absoluteCutoff: 1e-7, relativeCutoff: 0 }).rank).toBe(3);
    expect(styleOperator(moments, { relativeCutoff: 0.1 }).rank).toBe(1);
    expectDigits(styleOperator(moments, { shrink: 3 }).sqrt, [
      Math.sqrt(103),
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      Math.sqrt(3 + 1e-6),
    ]);
  });

  it('styleOperator(moments) throws on moments and options that make no sense', () => {
    expect(() => styleOperator({} as Moments)).toThrow('styleOperator: moments must be moments from featureMoments');
    expect(() => styleOperator({ ...style, mean: new Float64Array(3) })).toThrow('Float64Array of 4 numbers');
    expect(() => styleOperator(style, { shrink: -1 })).toThrow('shrink must be a number of at least 0; got -1');
    expect(() => styleOperator(style, { relativeCutoff: 2 })).toThrow('relativeCutoff');
    expect(() => styleOperator(style, { absoluteCutoff: NaN })).toThrow('absoluteCutoff');
  });
});

describe('wctMap', () => {
  const operator = styleOperator(style);

  it.each(['wct', 'ot'] as const)('wctMap(content, style, { method: %j }) is the map that numpy computes', (method) => {
    const map = wctMap(content, operator, { method });
    expectDigits(matrixOf(map), oracle[method].matrix);
    expectDigits(map.bias, oracle[method].bias);
    const first = multiply([contentRows[0]!], toMatrix(map.matrix, 4))[0]!.map((value, c) => value + map.bias[c]!);
    expectDigits(first, oracle[method].first);
  });

  it('wctMap(content, identity) is the whitening that numpy computes', () => {
    const white = styleOperator(
      momentsWith([
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ]),
    );
    expectDigits(wctMap(content, white).matrix, oracle.whitening);
  });

  it('wctMap(content, style, { strength: 0.6 }) blends with the identity as numpy does', () => {
    const map = wctMap(content, operator, { strength: 0.6 });
    expectDigits(matrixOf(map), oracle.blended.matrix);
    expectDigits(map.bias, oracle.blended.bias);
  });

  it('wctMap(diag(4, 1), [[2, 1], [1, 2]]) is known by hand', () => {
    const map = wctMap(
      momentsWith([
        [4, 0],
        [0, 1],
      ]),
      styleOperator(
        momentsWith([
          [2, 1],
          [1, 2],
        ]),
      ),
    );
    const [p, q] = [(Math.sqrt(3) + 1) / 2, (Math.sqrt(3) - 1) / 2];
    expectDigits(matrixOf(map), [p / 2, q, q / 2, p]);
  });

  it('wctMap(content, style) gives the style its covariance and its mean', () => {
    const [a, b] = [momentsOf(reluRows(400, 24, 1)), momentsOf(reluRows(500, 24, 2))];
    const reluStyle = styleOperator(b);
    expect(covarianceError(wctMap(a, reluStyle), a, b)).toBeLessThan(1e-12);
    expect(covarianceError(wctMap(a, reluStyle, { method: 'ot' }), a, b)).toBeLessThan(1e-10);
    for (const method of methods) {
      const map = wctMap(a, reluStyle, { method });
      const mean = multiply([Array.from(a.mean)], toMatrix(map.matrix, 24))[0]!.map((value, c) => value + map.bias[c]!);
      expect(relativeL2(mean, b.mean)).toBeLessThan(1e-12);
    }
  });

  it("wctMap(content, style, { method: 'adain' }) scales each channel to the style's deviation", () => {
    const { matrix } = wctMap(content, operator, { method: 'adain' });
    for (let i = 0; i < 16; i++) {
      const variances = [oracle.styleCovariance[i]!, oracle.contentCovariance[i]!];
      expect(matrix[i]).toBeCloseTo(i % 5 === 0 ? Math.sqrt(variances[0]! / variances[1]!) : 0, 8);
    }
  });

  it('wctMap(content, style) of one channel is AdaIN, whatever the method', () => {
    const [a, b] = [momentsOf([[1], [4], [6]]), momentsOf([[0], [10]])];
    const maps = methods.map((method) => wctMap(a, styleOperator(b), { method }));
    for (const map of maps) {
      expect(map.matrix[0]).toBeCloseTo(Math.sqrt(50 / (19 / 3)), 12);
      expect(map.bias[0]).toBeCloseTo(5 - (Math.sqrt(50 / (19 / 3)) * 11) / 3, 12);
    }
  });

  it.each(methods)('wctMap(content, style, { strength: 0, method: %j }) is exactly the identity', (method) => {
    const map = wctMap(content, operator, { strength: 0, method });
    expect(Array.from(map.matrix)).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(Array.from(map.bias)).toEqual([0, 0, 0, 0]);
  });

  it.each(methods)('wctMap(x, x, { method: %j }) is the identity', (method) => {
    const map = wctMap(style, operator, { method });
    map.matrix.forEach((value, i) => expect(value).toBeCloseTo(i % 5 === 0 ? 1 : 0, 9));
    map.bias.forEach((value) => expect(value).toBeCloseTo(0, 9));
  });

  it.each(methods)('wctMap(s content, s style, { method: %j }) does not depend on s', (method) => {
    const scale = (m: Moments): Moments => ({
      ...m,
      mean: m.mean.map((value) => value * 7),
      covariance: m.covariance.map((value) => value * 49),
    });
    const map = wctMap(scale(content), styleOperator(scale(style)), { method });
    const unscaled = wctMap(content, operator, { method });
    expect(relativeL2(map.matrix, unscaled.matrix)).toBeLessThan(1e-12);
    expect(
      relativeL2(
        map.bias,
        unscaled.bias.map((value) => value * 7),
      ),
    ).toBeLessThan(1e-11);
  });

  it.each(methods)('wctMap(content, style, { method: %j }) permutes with the channels', (method) => {
    const order = [2, 0, 3, 1];
    const permute = (rows: number[][]): number[][] => rows.map((row) => order.map((c) => row[c]!));
    const map = wctMap(momentsOf(permute(contentRows)), styleOperator(momentsOf(permute(styleRows))), { method });
    const plain = wctMap(content, operator, { method });
    order.forEach((r, i) => {
      expect(map.bias[i]).toBeCloseTo(plain.bias[r]!, 11);
      order.forEach((c, j) => expect(map.matrix[i * 4 + j]).toBeCloseTo(plain.matrix[r * 4 + c]!, 11));
    });
  });

  it("wctMap(content, style, { method: 'ot' }) is symmetric and positive, and moves the features least", () => {
    const ot = wctMap(content, operator, { method: 'ot' });
    const zca = wctMap(content, operator);
    const rows = toMatrix(ot.matrix, 4);
    rows.forEach((row, r) => row.forEach((value, c) => expect(value).toBeCloseTo(rows[c]![r]!, 12)));
    // Positive definite: all leading minors are positive, here by elimination.
    const u = rows.map((row) => [...row]);
    for (let k = 0; k < 4; k++) {
      expect(u[k]![k]).toBeGreaterThan(0);
      for (let r = k + 1; r < 4; r++) {
        const factor = u[r]![k]! / u[k]![k]!;
        for (let c = k; c < 4; c++) u[r]![c]! -= factor * u[k]![c]!;
      }
    }
    const moved = (map: AffineMap): number => {
      const difference = toMatrix(map.matrix, 4).map((row, r) => row.map((value, c) => value - (r === c ? 1 : 0)));
      const spread = multiply(multiply(transpose(difference), toMatrix(content.covariance, 4)), difference);
      return spread.reduce((sum, row, i) => sum + row[i]!, 0);
    };
    expect(moved(ot)).toBeLessThan(moved(zca));
  });

  it('wctMap(content, style, { shrink }) whitens with 1 / sqrt(eigenvalue + shrink)', () => {
    const white = styleOperator(
      momentsWith([
        [1, 0],
        [0, 1],
      ]),
    );
    const diagonal = momentsWith([
      [3, 0],
      [0, 8],
    ]);
    expectDigits(wctMap(diagonal, white, { shrink: 1 }).matrix, [1 / 2, 0, 0, 1 / 3]);
    expectDigits(wctMap(diagonal, white, { shrink: 1, method: 'ot' }).matrix, [1 / 2, 0, 0, 1 / 3]);
    expectDigits(wctMap(diagonal, white, { shrink: 1, method: 'adain' }).matrix, [1 / 2, 0, 0, 1 / 3]);
  });

  it.each(methods)(
    'wctMap(content, style, { absoluteCutoff, relativeCutoff, method: %j }) drops weak directions',
    (method) => {
      const white = styleOperator(
        momentsWith([
          [1, 0],
          [0, 1],
        ]),
      );
      const weak = momentsWith([
        [4, 0],
        [0, 1e-4],
      ]);
      expect(wctMap(weak, white, { method }).matrix[3]).toBeCloseTo(100, 9);
      for (const options of [{ absoluteCutoff: 1e-3 }, { relativeCutoff: 1e-3 }]) {
        const { matrix, info } = wctMap(weak, white, { method, ...options });
        expectDigits(matrix, [1 / 2, 0, 0, 0]);
        expect([info.rankContent, info.largestEigenvalue, info.smallestKept]).toEqual([1, 4, 4]);
      }
    },
  );

  it.each(['wct', 'ot'] as const)(
    'wctMap(content, style, { method: %j }) counts no direction that is only float32 rounding',
    async (method) => {
      // Twelve positions far from 0 span eleven directions; the mean leaves more than 1e-5 of rounding in a twelfth.
      const [rows, target] = [reluRows(12, 24, 6), momentsOf(reluRows(200, 24, 7))];
      const far = await featureMoments(toFeatures(rows.map((row) => row.map((value) => 30 + 20 * value))));
      const map = wctMap(far, styleOperator(target), { method });
      expect(map.info.rankContent).toBe(11);
      expect(styleOperator(far).rank).toBe(11);
    },
  );

  it('wctMap(content, style) reports ranks, eigenvalues and the norm of the transform', () => {
    const { info } = wctMap(content, operator, { strength: 0.5 });
    expect([info.rankContent, info.rankStyle]).toEqual([4, 4]);
    expect(info.largestEigenvalue).toBeCloseTo(oracle.contentEigenvalues[3]!, 9);
    expect(info.smallestKept).toBeCloseTo(oracle.contentEigenvalues[0]!, 9);
    expect(info.norm).toBeCloseTo(norm(oracle.wct.matrix), 8);
    expect(info).not.toHaveProperty('degraded');
  });

  it('wctMap(content, style) throws on different channels, unknown methods and bad numbers', () => {
    expect(() => wctMap(content, styleOperator(momentsOf([[1], [2]])))).toThrow(
      'wctMap: content and style must have the same channels; got 4 and 1',
    );
    expect(() => wctMap(content, operator, { method: 'zca' as 'wct' })).toThrow(
      "method must be one of 'wct', 'ot', 'adain'; got 'zca'",
    );
    expect(() => wctMap(content, operator, { strength: 1.5 })).toThrow('strength must be a number in 0..1; got 1.5');
    const broken = { ...content, covariance: content.covariance.map((value, i) => (i === 5 ? NaN : value)) };
    expect(() => wctMap(broken, operator)).toThrow('content.covariance must hold finite numbers; got NaN at index 5');
    expect(() => wctMap(content, { ...operator, samples: NaN })).toThrow('style.samples');
  });
});

describe.each(methods)('wctMap(content, style, { method: %j }) of degenerate features', (method) => {
  const full = (): Moments => momentsOf(reluRows(60, 5, 3));
  const map = (c: Moments, s: Moments): AffineMap => wctMap(c, styleOperator(s), { method });
  const empty: Moments = {
    ...momentsWith([0, 0, 0, 0, 0].map(() => [0, 0, 0, 0, 0])),
    count: 0,
    weightSum: 0,
    squaredWeightSum: 0,
  };

  it('fewer positions than channels: the rank is reported', () => {
    const three = momentsOf(reluRows(3, 5, 4));
    const result = map(three, full());
    expect(isFinite(result)).toBe(true);
    if (method !== 'adain') expect(result.info.rankContent).toBe(2);
    const reversed = map(full(), three);
    if (method !== 'adain') expect(reversed.info.rankStyle).toBe(2);
    expect(isFinite(reversed)).toBe(true);
  });

  it('a dead content channel receives the mean of the style, and amplifies nothing', () => {
    const dead = momentsOf(reluRows(60, 5, 5).map((row) => row.map((value, c) => (c === 2 ? 0 : value))));
    const result = map(dead, full());
    expect(result.info.rankContent).toBe(4);
    if (method !== 'ot') expect(Array.from(result.matrix.subarray(10, 15))).toEqual([0, 0, 0, 0, 0]);
    expect(isFinite(result)).toBe(true);
    expect(result.info.norm).toBeLessThan(100);
  });

  it('constant content becomes the mean of the style', () => {
    const result = map(momentsOf([1, 2, 3, 4].map(() => [1, 2, 3, 4, 5])), full());
    expect(result.info.degraded).toBe('content-constant' satisfies Degradation);
    expect(relativeL2(result.bias, full().mean)).toBeLessThan(1e-12);
    expect(norm(result.matrix)).toBe(0);
  });

  it('a constant style becomes its mean', () => {
    const result = map(full(), momentsOf([1, 2, 3, 4].map(() => [1, 2, 3, 4, 5])));
    expect(result.info.degraded).toBe('style-constant' satisfies Degradation);
    expect(relativeL2(result.bias, [1, 2, 3, 4, 5])).toBeLessThan(1e-12);
  });

  it('one position only has its mean shifted', () => {
    const single = momentsOf([[1, 2, 3, 4, 5]]);
    const result = map(single, full());
    expect(result.info.degraded).toBe('content-too-few-samples' satisfies Degradation);
    expect(Array.from(result.matrix)).toEqual(Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 1 : 0)));
    expect(
      relativeL2(
        result.bias,
        full().mean.map((value, c) => value - c - 1),
      ),
    ).toBeLessThan(1e-12);
    expect(map(full(), single).info.degraded).toBe('style-too-few-samples' satisfies Degradation);
  });

  it('no position at all gives the identity', () => {
    for (const [c, s, reason] of [
      [empty, full(), 'content-empty'],
      [full(), empty, 'style-empty'],
    ] as const) {
      const result = map(c, s);
      expect(result.info.degraded).toBe(reason);
      expect(Array.from(result.matrix)).toEqual(Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 1 : 0)));
      expect(Array.from(result.bias)).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it('features that vary in less than a quarter of the directions are reported', () => {
    const line = momentsOf([1, 2, 3, 4].map((t) => [t, 0, 0, 0, 0]));
    expect(map(line, full()).info.degraded).toBe('content-low-rank' satisfies Degradation);
    expect(map(full(), line).info.degraded).toBe('style-low-rank' satisfies Degradation);
    expect(isFinite(map(line, line))).toBe(true);
  });
});
