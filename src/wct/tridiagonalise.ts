/*
 * Householder reduction of a symmetric matrix (Martin, Reinsch & Wilkinson 1968; EISPACK `tred2`), row-contiguous.
 * Paper letters: u = reflector, p = product, K = half (the share of the reflector that is taken off the product).
 */

/** `A = Q T Q^T` with T tridiagonal and Q orthogonal. */
export interface Tridiagonal {
  /** Diagonal of T, `[n]`. */
  diagonal: Float64Array;
  /** `T[i + 1, i]` at index i, `[n]`; the last one is 0. */
  subdiagonal: Float64Array;
  /** `Q^T`, row-major `[n, n]`. */
  rows: Float64Array;
}

/** `[product, dot]` of one pass over the lower triangle: `product += A[0:i, 0:i] reflector`, both halves of a row at once. */
function multiplyLower(a: Float64Array, n: number, size: number, reflector: Float64Array, product: Float64Array): void {
  product.fill(0, 0, size);
  for (let r = 0; r < size; r++) {
    const row = r * n;
    const value = reflector[r]!;
    let dot = a[row + r]! * value;
    for (let c = 0; c < r; c++) {
      const element = a[row + c]!;
      dot += element * reflector[c]!;
      product[c]! += element * value;
    }
    product[r]! += dot;
  }
}

/** Multiplies the reflections together: `Q^T = H_1 H_2 ... H_(n-1)`, each touching only the leading rows and columns. */
function accumulate(reflectors: Float64Array, norms: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let i = 1; i < n; i++) {
    const norm = norms[i]!;
    if (norm === 0) continue;
    const u = reflectors.subarray(i * n, i * n + i);
    // Two rows at a time share the reads of the reflector.
    for (let r = 0; r < i; r += 2) {
      const first = r * n;
      const second = r + 1 < i ? first + n : first;
      let dotFirst = 0;
      let dotSecond = 0;
      for (let c = 0; c < i; c++) {
        const value = u[c]!;
        dotFirst += q[first + c]! * value;
        dotSecond += q[second + c]! * value;
      }
      dotFirst /= norm;
      dotSecond = second === first ? 0 : dotSecond / norm;
      for (let c = 0; c < i; c++) {
        const value = u[c]!;
        q[first + c]! -= dotFirst * value;
        q[second + c]! -= dotSecond * value;
      }
    }
  }
  return q;
}

/** Reduces the symmetric matrix in the lower triangle of `a` (row-major `[n, n]`, overwritten) to tridiagonal form. */
export function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const subdiagonal = new Float64Array(n);
  const norms = new Float64Array(n);
  const product = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    diagonal[i] = a[row + i]!;
    let scale = 0;
    for (let c = 0; c < i - 1; c++) scale += Math.abs(a[row + c]!);
    if (scale === 0) {
      // Already tridiagonal here.
      subdiagonal[i - 1] = a[row + i - 1]!;
      continue;
    }
    scale += Math.abs(a[row + i - 1]!);
    const u = a.subarray(row, row + i);
    let square = 0;
    for (let c = 0; c < i; c++) {
      u[c]! /= scale;
      square += u[c]! * u[c]!;
    }
    const last = u[i - 1]!;
    const g = last >= 0 ? -Math.sqrt(square) : Math.sqrt(square);
    const norm = square - last * g;
    norms[i] = norm;
    u[i - 1] = last - g;
    subdiagonal[i - 1] = scale * g;
    multiplyLower(a, n, i, u, product);
    let half = 0;
    for (let c = 0; c < i; c++) {
      product[c]! /= norm;
      half += product[c]! * u[c]!;
    }
    half /= 2 * norm;
    for (let c = 0; c < i; c++) product[c]! -= half * u[c]!;
    for (let r = 0; r < i; r++) {
      const start = r * n;
      const uValue = u[r]!;
      const pValue = product[r]!;
      for (let c = 0; c <= r; c++) a[start + c]! -= uValue * product[c]! + pValue * u[c]!;
    }
  }
  if (n > 0) diagonal[0] = a[0]!;
  return { diagonal, subdiagonal, rows: accumulate(a, norms, n) };
}
