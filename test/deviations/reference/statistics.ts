import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { momentsOf, toMatrix } from '../../wct/_matrices';
import type { Field, Numbers } from './arrays';

/* Moments by the textbook, and the maps between them by the eigenvalues of another library, in float64. */

export const momentsOfField = ({ shape, values }: Field): ReturnType<typeof momentsOf> =>
  momentsOf(toMatrix(values, shape[2]));

/** A power of a symmetric matrix of full rank. */
function power(symmetric: Matrix, exponent: number): Matrix {
  const { eigenvectorMatrix: vectors, realEigenvalues } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const scaled = Matrix.diag(realEigenvalues.map((value) => value ** exponent));
  return vectors.mmul(scaled).mmul(vectors.transpose());
}

/** `x matrix + bias` at every position. */
export function affine(x: Field, matrix: Numbers, bias: Numbers): Float64Array {
  const c = x.shape[2];
  return Float64Array.from(x.values, (_, at) => {
    let sum = bias[at % c]!;
    for (let i = 0; i < c; i++) sum += x.values[at - (at % c) + i]! * matrix[i * c + (at % c)]!;
    return sum;
  });
}

const maps = {
  wct: (source: Matrix, target: Matrix) => power(source, -0.5).mmul(power(target, 0.5)),
  // As in the papers; the library computes the same from the style's root.
  ot: (source: Matrix, target: Matrix) => {
    const [root, inverse] = [power(source, 0.5), power(source, -0.5)];
    return inverse.mmul(power(root.mmul(target).mmul(root), 0.5)).mmul(inverse);
  },
  // The library adds 1e-5 to both variances.
  adain: (source: Matrix, target: Matrix) =>
    Matrix.diag(source.diagonal().map((value, i) => Math.sqrt((target.get(i, i) + 1e-5) / (value + 1e-5)))),
};

/** The content with the mean and the covariance (for `'adain'`, the variances) of the style. Full rank only. */
export function transfer(method: keyof typeof maps, content: Field, style: Field): Float64Array {
  const c = content.shape[2];
  const [from, to] = [momentsOfField(content), momentsOfField(style)];
  const [source, target] = [from, to].map(({ covariance }) => new Matrix(toMatrix(covariance, c))) as [Matrix, Matrix];
  const matrix = maps[method](source, target).to1DArray();
  const moved = affine({ shape: [1, 1, c], values: from.mean }, matrix, new Float64Array(c));
  return affine(
    content,
    matrix,
    to.mean.map((mean, i) => mean - moved[i]!),
  );
}
