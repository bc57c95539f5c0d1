import type { KernelShape } from '../../internal/kernels/op.js';
import type { WeightArray } from './source.js';

/* Kernels in the order of TensorFlow.js, `[h, w, in, out]`, and in that of torch and most weight files, `[out, in, h, w]`. */

/** `[out, in, h, w]` to the values of `[h, w, in, out]`. */
export function toHwio({ values, shape }: WeightArray): Float32Array {
  const [output, input, h, w] = shape as [number, number, number, number];
  const result = new Float32Array(values.length);
  let from = 0;
  for (let o = 0; o < output; o++)
    for (let i = 0; i < input; i++)
      for (let place = 0; place < h * w; place++) result[(place * input + i) * output + o] = values[from++]!;
  return result;
}

/** `[h, w, in, out]` to `[out, in, h, w]`. */
export function toOihw(values: ArrayLike<number>, [h, w, input, output]: KernelShape): WeightArray {
  const result = new Float32Array(values.length);
  let from = 0;
  for (let place = 0; place < h * w; place++)
    for (let i = 0; i < input; i++)
      for (let o = 0; o < output; o++) result[(o * input + i) * h * w + place] = values[from++]!;
  return { shape: [output, input, h, w], values: result };
}
