import type { Field, Numbers } from './arrays';

/* Losses and their gradients as in the papers, in float64. */

export interface ValueGrad {
  value: number;
  grad: Float64Array;
}

/** `F^T F / divisor`, `[c, c]`. */
export function gram({ shape: [h, w, c], values }: Field, divisor = h * w): Float64Array {
  const result = new Float64Array(c * c);
  for (let at = 0; at < h * w * c; at += c)
    for (let i = 0; i < c; i++)
      for (let j = 0; j < c; j++) result[i * c + j]! += (values[at + i]! * values[at + j]!) / divisor;
  return result;
}

/** The mean squared difference. */
export function content(values: Numbers, target: Numbers): ValueGrad {
  const n = values.length;
  const grad = Float64Array.from(values, (value, i) => (2 * (value - target[i]!)) / n);
  return { value: grad.reduce((sum, slope) => sum + (slope * n) ** 2 / (4 * n), 0), grad };
}

/** Gatys et al., equations 4 to 6: with `D` the difference of the Gram matrices, `|D|^2 / (4 c^2)` and its gradient `F D / (c^2 h w)`. */
export function style(x: Field, target: Numbers): ValueGrad {
  const [h, w, c] = x.shape;
  const difference = gram(x).map((value, i) => value - target[i]!);
  const grad = new Float64Array(x.values.length);
  for (let at = 0; at < grad.length; at += c)
    for (let i = 0; i < c; i++)
      for (let j = 0; j < c; j++) grad[at + i]! += (x.values[at + j]! * difference[j * c + i]!) / (c * c * h * w);
  return { value: difference.reduce((sum, d) => sum + d * d, 0) / (4 * c * c), grad };
}

/** The sum of `f` over the differences of each pixel to its right and its lower neighbour. */
export function variation(
  { shape: [h, w, c], values }: Field,
  f: (d: number) => number,
  derivative: (d: number) => number,
): ValueGrad {
  const grad = new Float64Array(values.length);
  let value = 0;
  const pair = (from: number, to: number): void => {
    const d = values[to]! - values[from]!;
    value += f(d);
    grad[to]! += derivative(d);
    grad[from]! -= derivative(d);
  };
  for (let i = 0; i < values.length; i++) {
    if (Math.floor(i / c) % w < w - 1) pair(i, i + c);
    if (i < (h - 1) * w * c) pair(i, i + w * c);
  }
  return { value, grad };
}
