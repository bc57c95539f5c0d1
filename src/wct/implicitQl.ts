import { assert } from '../internal/assert.js';
import type { Tridiagonal } from './tridiagonalise.js';

/*
 * Implicit QL with Wilkinson's shift (Dubrulle, Martin & Wilkinson 1968; EISPACK `tql2`). The rotations of a sweep are recorded
 * and applied to the eigenvectors afterwards, two at a time.
 */

const MAX_SWEEPS_PER_EIGENVALUE = 50;

/** The plane rotations of one sweep: number k mixes the rows `first - k` and `first - k + 1`. */
interface Sweep {
  first: number;
  count: number;
  cosine: Float64Array;
  sine: Float64Array;
}

/** Applies a sweep to the rows of `q`. Consecutive rotations share a row: two in one pass need three loads and three stores. */
function applySweep(q: Float64Array, n: number, { first, count, cosine, sine }: Sweep): void {
  for (let k = 0; k < count; k += 2) {
    const c = cosine[k]!;
    const s = sine[k]!;
    let middle = (first - k) * n;
    let upper = middle + n;
    const stop = upper;
    if (k + 1 < count) {
      const c2 = cosine[k + 1]!;
      const s2 = sine[k + 1]!;
      let lower = middle - n;
      for (; middle < stop; middle++, upper++, lower++) {
        const a = q[middle]!;
        const b = q[upper]!;
        const d = q[lower]!;
        const mixed = c * a - s * b;
        q[upper] = s * a + c * b;
        q[middle] = s2 * d + c2 * mixed;
        q[lower] = c2 * d - s2 * mixed;
      }
    } else {
      for (; middle < stop; middle++, upper++) {
        const a = q[middle]!;
        const b = q[upper]!;
        q[upper] = s * a + c * b;
        q[middle] = c * a - s * b;
      }
    }
  }
}

/** The first index from `start` on at which T falls apart: the subdiagonal behind it is negligible. */
function splitAfter(d: Float64Array, e: Float64Array, n: number, start: number, floor: number): number {
  let m = start;
  while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!)) + floor) m += 1;
  return m;
}

/** Diagonalises T in place: `diagonal` becomes the eigenvalues (unsorted), `rows` the eigenvectors of A, one a row. */
export function implicitQl({ diagonal: d, subdiagonal: e, rows: q }: Tridiagonal): void {
  const n = d.length;
  const cosines = new Float64Array(n);
  const sines = new Float64Array(n);
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  const floor = Number.EPSILON * Number.EPSILON * norm;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const m = splitAfter(d, e, n, l, floor);
      if (m === l) break;
      assert(
        sweep < MAX_SWEEPS_PER_EIGENVALUE,
        () => `eighSymmetric: eigenvalue ${l} did not converge in ${MAX_SWEEPS_PER_EIGENVALUE} sweeps`,
      );
      const ratio = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      const root = Math.hypot(ratio, 1);
      let g = d[m]! - d[l]! + e[l]! / (ratio + (ratio >= 0 ? root : -root));
      let sine = 1;
      let cosine = 1;
      let shift = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * e[i]!;
        const b = cosine * e[i]!;
        // The matrix is scaled to 1, so squares neither overflow nor matter where they underflow.
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= shift;
          e[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1]! - shift;
        const t = (d[i]! - g) * sine + 2 * cosine * b;
        shift = sine * t;
        d[i + 1] = g + shift;
        g = cosine * t - b;
        cosines[m - 1 - i] = cosine;
        sines[m - 1 - i] = sine;
      }
      if (i < l) {
        d[l]! -= shift;
        e[l] = g;
        e[m] = 0;
      }
      applySweep(q, n, { first: m - 1, count: m - 1 - i, cosine: cosines, sine: sines });
    }
  }
}
