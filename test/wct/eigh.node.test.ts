import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { eighSymmetric } from 'pastiche/wct';
import { expect, it } from 'vitest';
import { momentsOf, norm, reluRows, toMatrix } from './_matrices.js';

it.each([
  ['full rank', 400, 96],
  ['fewer positions than channels', 40, 96],
])('eighSymmetric(covariance, n) agrees with ml-matrix: %s', (_, positions, channels) => {
  const { covariance } = momentsOf(reluRows(positions, channels, 7));
  const own = eighSymmetric(covariance, channels);
  const other = new EigenvalueDecomposition(new Matrix(toMatrix(covariance, channels)), { assumeSymmetric: true });
  const theirs = [...other.realEigenvalues].sort((a, b) => a - b);
  const scale = norm(covariance);
  own.values.forEach((value, k) => expect(Math.abs(value - theirs[k]!) / scale).toBeLessThan(1e-13));
  // Signs and bases are arbitrary, but not the square root: sum sqrt(l) v v^T.
  const rootOf = (values: ArrayLike<number>, vector: (k: number, i: number) => number): number[] =>
    Array.from({ length: channels * channels }, (_, at) => {
      const [i, j] = [Math.floor(at / channels), at % channels];
      let sum = 0;
      for (let k = 0; k < channels; k++) sum += Math.sqrt(Math.max(values[k]!, 0)) * vector(k, i) * vector(k, j);
      return sum;
    });
  const ours = rootOf(own.values, (k, i) => own.vectors[k * channels + i]!);
  const expected = rootOf(other.realEigenvalues, (k, i) => other.eigenvectorMatrix.get(i, k));
  const difference = norm(ours.map((value, i) => value - expected[i]!)) / norm(expected);
  // Roots of eigenvalues that should be 0 are the square roots of rounding.
  expect(difference).toBeLessThan(positions < channels ? 1e-7 : 1e-11);
});
