import { eighSymmetric } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { content, oracle, style } from './_fixture.js';
import { multiply, norm, randomSymmetric, reluRows, momentsOf, toMatrix, transpose } from './_matrices.js';

/** `[|A V - V L|, |V V^T - I|]`, the first relative to `|A|`. */
function residuals(a: Float64Array, n: number): [number, number] {
  const { values, vectors } = eighSymmetric(a, n);
  const rows = toMatrix(vectors, n);
  const mapped = multiply(rows, toMatrix(a, n));
  const residual = mapped.flatMap((row, k) => row.map((value, i) => value - values[k]! * rows[k]![i]!));
  const gram = multiply(rows, transpose(rows)).flatMap((row, r) => row.map((value, c) => value - (r === c ? 1 : 0)));
  return [norm(residual) / (norm(a) || 1), norm(gram)];
}

describe('eighSymmetric', () => {
  it.each([1, 2, 3, 17, 64])('eighSymmetric(matrix, %i) solves a random symmetric matrix to 1e-13 n', (n) => {
    const [residual, orthogonality] = residuals(randomSymmetric(n, n), n);
    expect(residual).toBeLessThan(1e-13 * n);
    expect(orthogonality).toBeLessThan(1e-13 * n);
  });

  it('eighSymmetric(matrix, n) returns the eigenvalues that numpy computes, in ascending order', () => {
    const ofContent = eighSymmetric(content.covariance, 4).values;
    const ofStyle = eighSymmetric(style.covariance, 4).values;
    oracle.contentEigenvalues.forEach((value, k) => expect(ofContent[k]).toBeCloseTo(value, 9));
    oracle.styleEigenvalues.forEach((value, k) => expect(ofStyle[k]).toBeCloseTo(value, 9));
  });

  it('eighSymmetric(matrix, n) finds the eigenvalues 2 - 2 cos(k pi / (n + 1)) of the second difference', () => {
    const n = 40;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
    }
    const { values } = eighSymmetric(a, n);
    values.forEach((value, k) => expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13));
  });

  it('eighSymmetric(matrix, n) solves zero, identity and diagonal matrices exactly', () => {
    expect(Array.from(eighSymmetric(new Float64Array(9), 3).values)).toEqual([0, 0, 0]);
    expect(Array.from(eighSymmetric(new Float64Array([1, 0, 0, 1]), 2).values)).toEqual([1, 1]);
    const { values, vectors } = eighSymmetric(new Float64Array([5, 0, 0, 0, -2, 0, 0, 0, 3]), 3);
    expect(Array.from(values)).toEqual([-2, 3, 5]);
    expect(Array.from(vectors, Math.abs)).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0]);
    expect(eighSymmetric(new Float64Array(0), 0).values.length).toBe(0);
  });

  it('eighSymmetric(matrix, n) keeps eigenvectors of repeated eigenvalues orthogonal', () => {
    // Q diag(1, 1, 1, 4) Q^T with a Householder Q is I + 3 u u^T.
    const u = [0.5, -0.5, 0.5, 0.5];
    const a = Float64Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0) + 3 * u[i >> 2]! * u[i & 3]!);
    const { values } = eighSymmetric(a, 4);
    [1, 1, 1, 4].forEach((value, k) => expect(values[k]).toBeCloseTo(value, 13));
    expect(Math.max(...residuals(a, 4))).toBeLessThan(1e-13);
  });

  it('eighSymmetric(matrix, n) solves a matrix with zero rows', () => {
    const a = new Float64Array(25);
    [a[6], a[8], a[16], a[18]] = [2, 1, 1, 2];
    const { values } = eighSymmetric(a, 5);
    [0, 0, 0, 1, 3].forEach((value, k) => expect(values[k]).toBeCloseTo(value, 14));
    expect(Math.max(...residuals(a, 5))).toBeLessThan(1e-14);
  });

  it.each([-1000, -900, -500, 500, 900, 1000])(
    'eighSymmetric(2^%i matrix, n) scales the eigenvalues exactly',
    (power) => {
      const a = randomSymmetric(12, 3);
      const { values, vectors } = eighSymmetric(a, 12);
      const scaled = eighSymmetric(
        a.map((value) => value * 2 ** power),
        12,
      );
      expect(Array.from(scaled.values)).toEqual(Array.from(values, (value) => value * 2 ** power));
      expect(scaled.vectors).toEqual(vectors);
    },
  );

  it('eighSymmetric(matrix, n) survives elements from 1e-300 to 1e300', () => {
    for (const size of [1e-300, 1e-160, 1e160, 1e300]) {
      const { values } = eighSymmetric(new Float64Array([2 * size, size, size, 2 * size]), 2);
      expect(values[0]! / size).toBeCloseTo(1, 12);
      expect(values[1]! / size).toBeCloseTo(3, 12);
    }
  });

  it('eighSymmetric(matrix, 256) of a covariance of ReLU features takes less than 3 s and is exact', () => {
    // 1 s on a quiet machine; three for a busy one.
    const { covariance } = momentsOf(reluRows(300, 256, 5));
    const begin = performance.now();
    const { values } = eighSymmetric(covariance, 256);
    expect(performance.now() - begin).toBeLessThan(3000);
    const trace = covariance.reduce((sum, value, i) => (i % 257 === 0 ? sum + value : sum), 0);
    expect(values.reduce((sum, value) => sum + value, 0) / trace).toBeCloseTo(1, 12);
    expect(norm(values) / norm(covariance)).toBeCloseTo(1, 12);
  });

  it('eighSymmetric(matrix, n) does not change the matrix', () => {
    const a = randomSymmetric(5, 1);
    const copy = a.slice();
    eighSymmetric(a, 5);
    expect(a).toEqual(copy);
  });

  it('eighSymmetric(matrix, n) throws on numbers that are not finite and on wrong sizes', () => {
    expect(() => eighSymmetric(new Float64Array([1, NaN, NaN, 1]), 2)).toThrow(
      'eighSymmetric: matrix must hold finite numbers; got NaN',
    );
    expect(() => eighSymmetric(new Float64Array([Infinity]), 1)).toThrow('got Infinity');
    expect(() => eighSymmetric(new Float64Array(5), 2)).toThrow('must have n * n = 4 elements; got 5');
    expect(() => eighSymmetric(new Float64Array(0), -1)).toThrow('n must be a whole number');
  });
});
