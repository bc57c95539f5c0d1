/** What {@link resizeImage} can interpolate with: the tent, Catmull-Rom's cubic, or Lanczos with three lobes. */
export type ResizeMethod = 'linear' | 'cubic' | 'lanczos3';

/** An interpolation kernel, and the radius outside which it is zero. */
interface Kernel {
  readonly radius: number;
  readonly at: (x: number) => number;
}

const kernels: Readonly<Record<ResizeMethod, Kernel>> = {
  /** The tent: bilinear interpolation when enlarging. */
  linear: { radius: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  /** Catmull-Rom, the cubic convolution with a = -1/2 (Keys 1981, equation 15). */
  cubic: {
    radius: 2,
    at: (x) => {
      const t = Math.abs(x);
      if (t >= 2) return 0;
      return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2;
    },
  },
  /** sinc(x) sinc(x / 3). */
  lanczos3: {
    radius: 3,
    at: (x) => {
      if (Math.abs(x) >= 3) return 0;
      if (x === 0) return 1;
      const t = Math.PI * x;
      return (3 * Math.sin(t) * Math.sin(t / 3)) / (t * t);
    },
  },
};

export const resizeMethods = Object.keys(kernels) as ResizeMethod[];

/** The weights of some successive output pixels: a matrix `[rows, columns]` over the input pixels from `first` on. */
export interface ResamplingBlock {
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float32Array;
}

/** The weights of output pixel `i`, over the input pixels from `first` on. */
function weightsOf(i: number, from: number, to: number, method: ResizeMethod): { first: number; weights: number[] } {
  const { radius, at } = kernels[method];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const center = (i + 0.5) * scale - 0.5;
  const first = Math.max(0, Math.ceil(center - radius * stretch));
  const last = Math.min(from - 1, Math.floor(center + radius * stretch));
  const raw = Array.from({ length: last - first + 1 }, (_, k) => at((first + k - center) / stretch));
  const sum = raw.reduce((a, b) => a + b);
  return { first, weights: raw.map((weight) => weight / sum) };
}

/** Few blocks, since wasm copies the whole picture for each slice; and small ones, that hold little outside the band. */
const blockRows = 128;

/**
 * The banded matrix `[to, from]` that resamples a line of `from` pixels to `to` pixels, in blocks of rows. Row i holds the
 * kernel around the centre of output pixel i, stretched by the scale when shrinking (which is what keeps the result free of
 * aliases). Each row sums to 1; at the ends the part of the kernel outside the line is left out.
 */
export function resamplingBlocks(from: number, to: number, method: ResizeMethod): ResamplingBlock[] {
  const blocks: ResamplingBlock[] = [];
  for (let start = 0; start < to; start += blockRows) {
    const rows = Array.from({ length: Math.min(blockRows, to - start) }, (_, k) =>
      weightsOf(start + k, from, to, method),
    );
    const first = rows[0]!.first;
    const columns = Math.max(...rows.map((row) => row.first + row.weights.length)) - first;
    const weights = new Float32Array(rows.length * columns);
    rows.forEach((row, k) => weights.set(row.weights, k * columns + row.first - first));
    blocks.push({ first, rows: rows.length, columns, weights });
  }
  return blocks;
}
