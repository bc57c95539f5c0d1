/** The interpolation kernels, each with the radius outside which it is zero. */
const kernels = {
  /** The tent: bilinear interpolation when enlarging. */
  linear: { radius: 1, at: (x: number): number => Math.max(0, 1 - Math.abs(x)) },
  /** Catmull-Rom, the cubic convolution with a = -1/2 (Keys 1981, equation 15). */
  cubic: {
    radius: 2,
    at: (x: number): number => {
      const t = Math.abs(x);
      if (t >= 2) return 0;
      return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2;
    },
  },
  /** sinc(x) sinc(x / 3). */
  lanczos3: {
    radius: 3,
    at: (x: number): number => {
      if (Math.abs(x) >= 3) return 0;
      if (x === 0) return 1;
      const t = Math.PI * x;
      return (3 * Math.sin(t) * Math.sin(t / 3)) / (t * t);
    },
  },
};

/** What {@link resizeImage} can interpolate with. */
export type ResizeMethod = keyof typeof kernels;

export const resizeMethods = Object.keys(kernels) as ResizeMethod[];

/**
 * The matrix `[to, from]` that resamples a line of `from` pixels to `to` pixels. Row i holds the kernel around the centre of
 * output pixel i, stretched by the scale when shrinking (which is what keeps the result free of aliases). Each row sums to 1;
 * at the ends the part of the kernel outside the line is left out.
 */
export function resamplingMatrix(from: number, to: number, method: ResizeMethod): Float32Array {
  const { radius, at } = kernels[method];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(center - radius * stretch));
    const last = Math.min(from - 1, Math.floor(center + radius * stretch));
    const weights: number[] = [];
    for (let j = first; j <= last; j++) weights.push(at((j - center) / stretch));
    const sum = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, k) => (matrix[i * from + first + k] = weight / sum));
  }
  return matrix;
}
