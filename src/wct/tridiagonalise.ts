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

/** `product = A[0:size, 0:size] reflector` from the lower triangle, read once; two rows at a time. */
function multiplyLower(a: Float64Array, n: number, size: number, reflector: Float64Array, product: Float64Array): void {
  product.fill(0, 0, size);
  let r = 0;
  for (; r + 1 < size; r += 2) {
    const row = r * n;
    const next = row + n;
    const value = reflector[r]!;
    const nextValue = reflector[r + 1]!;
    const corner = a[next + r]!;
    let dot = a[row + r]! * value + corner * nextValue;
    let nextDot = a[next + r + 1]! * nextValue + corner * value;
    for (let c = 0; c < r; c++) {
      const element = a[row + c]!;
      const nextElement = a[next + c]!;
      const other = reflector[c]!;
      dot += element * other;
      nextDot += nextElement * other;
      product[c]! += element * value + nextElement * nextValue;
    }
    product[r]! += dot;
    product[r + 1]! += nextDot;
  }
  if (r < size) {
    const row = r * n;
    const value = reflector[r]!;
    let dot = a[row + r]! * value;
    for (let c = 0; c < r; c++) {
      dot += a[row + c]! * reflector[c]!;
      product[c]! += a[row + c]! * value;
    }
    product[r]! += dot;
  }
}

/** `A[0:size, 0:size] -= u p^T + p u^T` in the lower triangle; two rows at a time. */
function subtractProducts(a: Float64Array, n: number, size: number, u: Float64Array, p: Float64Array): void {
  for (let r = 0; r < size; r += 2) {
    const row = r * n;
    // A last row without a partner is its own partner, with zeros.
    const paired = r + 1 < size;
    const next = paired ? row + n : row;
    const uRow = u[r]!;
    const pRow = p[r]!;
    const uNext = paired ? u[r + 1]! : 0;
    const pNext = paired ? p[r + 1]! : 0;
    for (let c = 0; c <= r; c++) {
      const uValue = u[c]!;
      const pValue = p[c]!;
      a[row + c]! -= uRow * pValue + pRow * uValue;
      a[next + c]! -= uNext * pValue + pNext * uValue;
    }
    if (paired) a[next + r + 1]! -= 2 * uNext * pNext;
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
    subtractProducts(a, n, i, u, product);
  }
  if (n > 0) diagonal[0] = a[0]!;
  return { diagonal, subdiagonal, rows: accumulate(a, norms, n) };
}
