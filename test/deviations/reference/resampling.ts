import type { Field } from './arrays';

/* Resampling of pictures by its definition, pixel by pixel, in float64. */

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const kernels = {
  linear: (x: number) => Math.max(0, 1 - x),
  // Keys' cubic convolution with a = -1/2.
  cubic: (x: number) =>
    x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0,
  lanczos3: (x: number) => (x < 3 ? sinc(x) * sinc(x / 3) : 0),
};

/** `weights[to][from]`: the kernel around the centre of each new pixel, stretched where the picture shrinks. */
function weights(from: number, to: number, kernel: (x: number) => number): number[][] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const raw = Array.from({ length: from }, (_, k) =>
      kernel(Math.abs(k + 0.5 - (i + 0.5) * scale) / Math.max(1, scale)),
    );
    const sum = raw.reduce((a, b) => a + b);
    return raw.map((value) => value / sum);
  });
}

export function resize(x: Field, [height, width]: [number, number], method: keyof typeof kernels): Float64Array {
  const [h, w, c] = x.shape;
  const [down, across] = [weights(h, height, kernels[method]), weights(w, width, kernels[method])];
  return Float64Array.from({ length: height * width * c }, (_, at) => {
    const [row, column] = [down[Math.floor(at / c / width)]!, across[Math.floor(at / c) % width]!];
    let sum = 0;
    for (let i = 0; i < h; i++) {
      if (row[i] === 0) continue;
      for (let k = 0; k < w; k++) sum += row[i]! * column[k]! * x.values[(i * w + k) * c + (at % c)]!;
    }
    return sum;
  });
}
