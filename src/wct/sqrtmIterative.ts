import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, assertNoOthers, assertNumber, assertTensor } from '../internal/assert.js';
import { sumOfSquares } from '../internal/sums.js';
import { product } from '../internal/kernels/product.js';

/*
 * Letters: S = matrix, s = scale, Y -> (S / s)^(1/2), Z -> (S / s)^(-1/2), P = Z Y, Q = a I + b P + c P^2.
 */

/** `[a, b, c]` of the odd polynomial `a x + b x^3 + c x^5` of each step: together they take 1e-3..1 to 1 within 2e-16. */
const STEPS = [
  [8.28721201814563, -23.595886519098837, 17.300387312530933],
  [4.107059111542203, -2.9478499167379106, 0.5448431082926601],
  [3.9486908534822946, -2.908902115962949, 0.5518191394370137],
  [3.3184196573706015, -2.488488024314874, 0.51004894012372],
  [2.300652019954817, -1.6689039845747493, 0.4188073119525673],
  [1.891301407787398, -1.2679958271945868, 0.37680408948524835],
  [1.8750014808534479, -1.2500016453999487, 0.3750001645474248],
] as const;
/** From the eighth step on, the Newton-Schulz iteration of fifth order. */
const LAST = [1.875, -1.25, 0.375] as const;

/** What {@link sqrtmIterative} returns. */
export interface SquareRoots {
  /** `S^(1/2)`, `[n, n]`. */
  sqrt: Tensor2D;
  /** `S^(-1/2)`, `[n, n]`. */
  inverseSqrt: Tensor2D;
}

/** Options of {@link sqrtmIterative}. */
export interface SqrtmOptions {
  /** Four matrix products each; 8 suffice for eigenvalues down to 1e-6 of the Frobenius norm. @defaultValue 9 */
  readonly iterations?: number;
  /** Added to the diagonal, as a fraction of the Frobenius norm: 1e-6 for matrices of deficient rank. @defaultValue 0 */
  readonly epsilon?: number;
}

/**
 * The square root of a symmetric positive semidefinite matrix and its inverse, by matrix products on the backend alone: nothing
 * is read back. For GPUs; on wasm and cpu, {@link styleOperator} and {@link wctMap} are as fast, and exact.
 *
 * Coupled iteration `Y <- Y Q(Z Y)`, `Z <- Q(Z Y) Z` with the polynomials of Polar Express. In float32 the square
 * of the root is within 5e-5 of the matrix for condition numbers up to 4e5. A matrix of deficient rank has no inverse root:
 * what stands in its null space is large, finite and meaningless unless `epsilon` is set. The zero matrix has the root 0.
 *
 * @param matrix - `[n, n]`, symmetric.
 * @returns `sqrt` and `inverseSqrt`, `[n, n]` each, the caller's.
 * @throws ShapeError if the matrix is not square.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { sqrtmIterative } from 'pastiche/wct';
 *
 * const { sqrt, inverseSqrt } = sqrtmIterative(tf.tensor2d([[4, 0], [0, 1]]));
 * console.log(Array.from(sqrt.dataSync(), (value) => value.toFixed(3))); // => ['2.000', '0.000', '0.000', '1.000']
 * console.log(Array.from(inverseSqrt.dataSync(), (value) => value.toFixed(3))); // => ['0.500', '0.000', '0.000', '1.000']
 * ```
 *
 * Reference: Amsel et al. 2025, "The Polar Express"; Higham 2008, "Functions of Matrices", theorem 6.9 (the coupling).
 */
export function sqrtmIterative(matrix: Tensor2D, options: SqrtmOptions = {}): SquareRoots {
  const where = 'sqrtmIterative';
  const { iterations = 9, epsilon = 0, ...others } = options;
  assertNoOthers(where, others);
  assertTensor(where, 'matrix', matrix, 2, '[n, n]');
  const [n, columns] = matrix.shape;
  assert(n === columns, () => `${where}: matrix must be square; got [${n}, ${columns}]`, ShapeError);
  assertNumber(where, 'iterations', iterations, { min: 1, integer: true });
  assertNumber(where, 'epsilon', epsilon, { min: 0, max: 1 });
  return tf.tidy<{ sqrt: Tensor2D; inverseSqrt: Tensor2D }>(() => {
    const identity = tf.eye(n);
    // Eigenvalues come into 0..1. The floor keeps the zero matrix from dividing by 0.
    const norm: Scalar = tf.maximum(tf.sqrt(sumOfSquares(matrix)), 1e-30);
    const scale: Scalar = tf.mul(norm, 1.01 + epsilon);
    const start: Tensor2D = tf.div(tf.add(matrix, tf.mul(identity, tf.mul(norm, epsilon))), scale);
    let [y, z] = [start, identity];
    for (let step = 0; step < iterations; step++) {
      const [a, b, c] = STEPS[step] ?? LAST;
      const [nextY, nextZ] = tf.tidy(() => {
        const p = product(z, y);
        const q: Tensor2D = tf.add(
          tf.mul(identity, a),
          product(p, tf.add<Tensor2D>(tf.mul(identity, b), tf.mul(p, c))),
        );
        return [product(y, q), product(q, z)] as [Tensor2D, Tensor2D];
      });
      if (step > 0) tf.dispose([y, z]);
      [y, z] = [nextY, nextZ];
    }
    const root = tf.sqrt(scale);
    return { sqrt: tf.mul(y, root), inverseSqrt: tf.div(z, root) };
  });
}
