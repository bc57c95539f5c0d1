/** `a b` of two row-major `[n, n]` matrices. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n);
  const at = (row: number): Float64Array => b.subarray(Math.min(row, n - 1) * n, Math.min(row, n - 1) * n + n);
  for (let k = 0; k < n; k += 4) {
    // Four rows of b at a time: one load and one store of the product for four multiplications.
    const [b0, b1, b2, b3] = [at(k), at(k + 1), at(k + 2), at(k + 3)];
    for (let r = 0; r < n; r++) {
      const row = r * n;
      const a0 = a[row + k]!;
      const a1 = k + 1 < n ? a[row + k + 1]! : 0;
      const a2 = k + 2 < n ? a[row + k + 2]! : 0;
      const a3 = k + 3 < n ? a[row + k + 3]! : 0;
      for (let c = 0; c < n; c++) product[row + c]! += a0 * b0[c]! + a1 * b1[c]! + a2 * b2[c]! + a3 * b3[c]!;
    }
  }
  return product;
}

/** `sum_k f_k v_k v_k^T`, where v_k is row k of `vectors` (row-major `[count, n]`) and every `f_k` is at least 0. */
export function sumOfOuterProducts(factors: Float64Array, vectors: Float64Array, n: number): Float64Array {
  const columns = new Float64Array(n * factors.length);
  const count = factors.length;
  // Scaled and transposed, each element is a dot product of two contiguous rows.
  for (let k = 0; k < count; k++) {
    const root = Math.sqrt(factors[k]!);
    for (let c = 0; c < n; c++) columns[c * count + k] = root * vectors[k * n + c]!;
  }
  const sum = new Float64Array(n * n);
  for (let r = 0; r < n; r++) {
    const left = columns.subarray(r * count, (r + 1) * count);
    for (let c = 0; c <= r; c++) {
      const right = c * count;
      let even = 0;
      let odd = 0;
      let k = 0;
      for (; k + 1 < count; k += 2) {
        even += left[k]! * columns[right + k]!;
        odd += left[k + 1]! * columns[right + k + 1]!;
      }
      if (k < count) even += left[k]! * columns[right + k]!;
      sum[r * n + c] = even + odd;
      sum[c * n + r] = even + odd;
    }
  }
  return sum;
}
