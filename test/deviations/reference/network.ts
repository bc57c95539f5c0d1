import type { Field } from './arrays';

/* A network of 3x3 convolutions, relus and 2x2 pools in float64, and its gradient: each operation once as a list of what is
   multiplied with what, which serves forward and back. */

export interface Filter {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly shape: readonly [3, 3, input: number, output: number];
}
export type Padding = 'zero' | 'reflect';

/** Calls back with the places `y` in the output, `x` in the input and `k` in the kernel of every product of a convolution. */
function products(
  [h, w, input]: Field['shape'],
  output: number,
  padding: Padding,
  visit: (y: number, x: number, k: number) => void,
): void {
  /** Where a row or column outside is taken from; -1 where it is 0. */
  const source = (at: number, size: number): number =>
    at >= 0 && at < size ? at : padding === 'zero' ? -1 : at < 0 ? -at : 2 * size - 2 - at;
  for (let place = 0; place < h * w * 9; place++) {
    const [pixel, tap] = [Math.floor(place / 9), place % 9];
    const row = source(Math.floor(pixel / w) + Math.floor(tap / 3) - 1, h);
    const column = source((pixel % w) + (tap % 3) - 1, w);
    if (row < 0 || column < 0) continue;
    for (let i = 0; i < input; i++)
      for (let o = 0; o < output; o++)
        visit(pixel * output + o, (row * w + column) * input + i, (tap * input + i) * output + o);
  }
}

export function convolution(x: Field, { kernel, bias, shape }: Filter, padding: Padding): Field {
  const [h, w] = x.shape;
  const output = shape[3];
  const values = Float64Array.from({ length: h * w * output }, (_, i) => bias[i % output]!);
  products(x.shape, output, padding, (y, at, k) => (values[y]! += x.values[at]! * kernel[k]!));
  return { shape: [h, w, output], values };
}

export function inputGradient(x: Field, { kernel, shape }: Filter, padding: Padding, dy: Field): Field {
  const values = new Float64Array(x.values.length);
  products(x.shape, shape[3], padding, (y, at, k) => (values[at]! += dy.values[y]! * kernel[k]!));
  return { shape: x.shape, values };
}

export function filterGradient(x: Field, output: number, padding: Padding, dy: Field): Float64Array {
  const grad = new Float64Array(9 * x.shape[2] * output);
  products(x.shape, output, padding, (y, at, k) => (grad[k]! += dy.values[y]! * x.values[at]!));
  return grad;
}

export const relu = ({ shape, values }: Field): Field => ({
  shape,
  values: Float64Array.from(values, (v) => Math.max(0, v)),
});

export const reluGradient = (x: Field, dy: Field): Field => ({
  shape: x.shape,
  values: Float64Array.from(dy.values, (slope, i) => (x.values[i]! > 0 ? slope : 0)),
});

/** The share of each input in the output of its 2x2 window: a quarter, or all of it for the largest. Even sides. */
function shares({ shape: [h, w, c], values }: Field, pooling: 'max' | 'average', visit: Visit): void {
  for (let y = 0; y < (h / 2) * (w / 2) * c; y++) {
    const [row, column] = [2 * Math.floor(y / c / (w / 2)), 2 * (Math.floor(y / c) % (w / 2))];
    const window = [0, 1, w, w + 1].map((step) => (row * w + column + step) * c + (y % c));
    const largest = Math.max(...window.map((at) => values[at]!));
    for (const at of window) visit(y, at, pooling === 'average' ? 0.25 : values[at] === largest ? 1 : 0);
  }
}
type Visit = (y: number, x: number, share: number) => void;

export function pool(x: Field, pooling: 'max' | 'average'): Field {
  const [h, w, c] = x.shape;
  const values = new Float64Array((h * w * c) / 4);
  shares(x, pooling, (y, at, share) => (values[y]! += share * x.values[at]!));
  return { shape: [h / 2, w / 2, c], values };
}

export function poolGradient(x: Field, pooling: 'max' | 'average', dy: Field): Field {
  const values = new Float64Array(x.values.length);
  shares(x, pooling, (y, at, share) => (values[at]! += share * dy.values[y]!));
  return { shape: x.shape, values };
}
