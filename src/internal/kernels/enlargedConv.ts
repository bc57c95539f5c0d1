import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { assertRoomForConv } from '../room.js';
import type { Footprint, ForwardOp } from './op.js';
import { type Padding, padByOne } from './padding.js';

/*
 * Nearest-neighbour enlargement by 2 and the 3x3 convolution after it as one: where two rows are the same, so are the products with
 * them, and nine of them become four. What is convolved is a quarter as large, and nothing enlarged stands in between. On wasm 1.8
 * times as fast as one after the other with 16 channels, 2 with 32 and more.
 */

type KernelShape = readonly [number, number, number, number];

/** Whether the backend has been found to run it faster. */
export const suitsEnlarging = (): boolean => tf.getBackend() === 'wasm';

/** Which of a kernel's three rows fall on the first and on the second row of a window, for the upper and the lower output row. */
const rowsOf = [
  [[0, 1], [2]],
  [[0], [1, 2]],
] as const;

/**
 * The kernel `[2, 2, in, 4 out]` of a kernel `[3, 3, in, out]`: a window of two by two positions makes the four pixels around its
 * centre, row by row.
 */
export function enlargedKernel(kernel: Float32Array, [, , input, output]: KernelShape): Float32Array {
  const result = new Float32Array(16 * input * output);
  const add = (to: number, from: number): void => {
    for (let i = 0; i < input; i++)
      for (let o = 0; o < output; o++) result[to + i * 4 * output + o]! += kernel[from + i * output + o]!;
  };
  for (const [py, windowRows] of rowsOf.entries())
    for (const [px, windowColumns] of rowsOf.entries())
      windowRows.forEach((rows, wy) =>
        windowColumns.forEach((columns, wx) => {
          const to = (2 * wy + wx) * input * 4 * output + (2 * py + px) * output;
          for (const y of rows) for (const x of columns) add(to, (3 * y + x) * input * output);
        }),
      );
  return result;
}

/** The tensors of an {@link enlargedConv}. Whoever made them disposes them. */
export interface EnlargedConvTensors {
  /** An {@link enlargedKernel}. */
  kernel: Tensor4D;
  /** `[out]`, four times. */
  bias: Tensor1D;
}

/** Of an enlargement and a convolution by `[3, 3, in, out]`. */
export const enlargedConvFootprint = ([, , input, output]: KernelShape): Footprint => ({
  cost: 'high',
  sides: 'doubled',
  channels: output,
  gradientReads: [],
  gradientCopies: 0,
  // Once as windows, or what is padded.
  forwardCopies: Math.max(1, (4 * output) / input),
});

/** The same numbers in another shape. Takes over `x`. */
function reshaped(x: Tensor4D, shape: Tensor4D['shape']): Tensor4D {
  const y = tf.reshape<tf.Rank.R4>(x, shape);
  x.dispose();
  return y;
}

/** Up to here, float32 tells every position from the next. */
const mostPositions = 2 ** 20;

/** All but the outermost pixels. Takes over `x`. Inside a tidy. */
function inner(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape;
  const positions = h * w;
  if (tf.getBackend() !== 'wasm' || b > 1 || positions > mostPositions)
    return tf.slice(x, [0, 1, 1, 0], [b, h - 2, w - 2, c]);
  // `tf.slice` takes three times as long on wasm as to move all positions up, so that each row begins with its second pixel, and
  // to cut off the ends of the rows.
  const line = reshaped(x, [1, positions, 1, c]);
  const length = positions - 2 * w;
  // A quarter of a position further than it stands: wasm rounds down.
  const first = w + 1.25;
  const ends = [first / (positions - 1), (first + length - 1) / (positions - 1)] as const;
  const moved = tf.image.cropAndResize(line, [[ends[0], 0, ends[1], 1]], [0], [length, 1], 'nearest');
  line.dispose();
  const rows = reshaped(moved, [1, h - 2, w, c]);
  return tf.image.cropAndResize(rows, [[0, 0, 1, (w - 3) / (w - 1)]], [0], [h - 2, w - 2], 'nearest');
}

/** Enlarges and convolves: `[b, h, w, in] -> [b, 2h, 2w, out]`. Forward only. */
export function enlargedConv({ kernel, bias }: EnlargedConvTensors, padding: Padding): ForwardOp {
  const [, , input, four] = kernel.shape;
  const output = four / 4;
  const run = (x: Tensor4D, activation: 'linear' | 'relu'): Tensor4D => {
    assertRoomForConv(x.shape, kernel.shape);
    return tf.tidy(() => {
      const [b, h, w] = x.shape;
      const windows = tf.tidy(() =>
        tf.fused.conv2d<Tensor4D>({
          // An enlarged picture begins with its first row twice: reflected or not, what is before it is that row once more.
          x: padding === 'zero' ? x : padByOne(x, 'replicate'),
          filter: kernel,
          strides: 1,
          pad: padding === 'zero' ? 1 : 'valid',
          bias,
          activation,
        }),
      );
      const lines = reshaped(windows, [b * (h + 1), w + 1, 2, 2 * output]);
      const pixels = tf.transpose(lines, [0, 2, 1, 3]);
      lines.dispose();
      return inner(reshaped(pixels, [b, 2 * h + 2, 2 * w + 2, output]));
    });
  };
  return {
    ...enlargedConvFootprint([3, 3, input, output]),
    forward: (x) => run(x, 'linear'),
    forwardRelu: (x) => run(x, 'relu'),
  };
}
