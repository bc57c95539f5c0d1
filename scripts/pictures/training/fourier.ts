/** Cosines and sines of `-pi k / length` for `k` below `length`. */
function turns(length: number): readonly [Float64Array, Float64Array] {
  const angles = Float64Array.from({ length }, (_, k) => (-Math.PI * k) / length);
  return [angles.map(Math.cos), angles.map(Math.sin)];
}

/** The Fourier transform of a complex signal whose length is a power of two, in place. */
function transformLine(re: Float64Array, im: Float64Array, [cosines, sines]: ReturnType<typeof turns>): void {
  const length = re.length;
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const swapRe = re[i]!;
    const swapIm = im[i]!;
    re[i] = re[j]!;
    im[i] = im[j]!;
    re[j] = swapRe;
    im[j] = swapIm;
  }
  for (let span = 1; span < length; span *= 2) {
    const stride = cosines.length / span;
    for (let k = 0; k < span; k++) {
      const cos = cosines[k * stride]!;
      const sin = sines[k * stride]!;
      for (let a = k; a < length; a += 2 * span) {
        const b = a + span;
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

function transpose(values: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const swap = values[row * size + column]!;
      values[row * size + column] = values[column * size + row]!;
      values[column * size + row] = swap;
    }
  }
}

/** The two-dimensional Fourier transform of `[size, size]` complex numbers, in place and transposed. `size` is a power of two. */
export function transformSquare(re: Float64Array, im: Float64Array, size: number): void {
  const table = turns(size / 2);
  for (let pass = 0; pass < 2; pass++) {
    for (let row = 0; row < size; row++) {
      const [from, to] = [row * size, (row + 1) * size];
      transformLine(re.subarray(from, to), im.subarray(from, to), table);
    }
    if (pass === 0) {
      transpose(re, size);
      transpose(im, size);
    }
  }
}
