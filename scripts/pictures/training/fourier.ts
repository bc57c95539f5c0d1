/** The Fourier transform of a complex signal whose length is a power of two, in place; `step` apart from `start` on. */
function transformLine(re: Float64Array, im: Float64Array, start: number, step: number, length: number): void {
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const [a, b] = [start + i * step, start + j * step];
    const [swapRe, swapIm] = [re[a]!, im[a]!];
    re[a] = re[b]!;
    im[a] = im[b]!;
    re[b] = swapRe;
    im[b] = swapIm;
  }
  for (let span = 1; span < length; span *= 2) {
    for (let k = 0; k < span; k++) {
      const cos = Math.cos((Math.PI * k) / span);
      const sin = -Math.sin((Math.PI * k) / span);
      for (let i = k; i < length; i += 2 * span) {
        const [a, b] = [start + i * step, start + (i + span) * step];
        const oddRe = re[b]! * cos - im[b]! * sin;
        const oddIm = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - oddRe;
        im[b] = im[a]! - oddIm;
        re[a] = re[a]! + oddRe;
        im[a] = im[a]! + oddIm;
      }
    }
  }
}

/** The two-dimensional Fourier transform of `[size, size]` complex numbers, in place. `size` is a power of two. */
export function transformSquare(re: Float64Array, im: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) transformLine(re, im, row * size, 1, size);
  for (let column = 0; column < size; column++) transformLine(re, im, column, size, size);
}
