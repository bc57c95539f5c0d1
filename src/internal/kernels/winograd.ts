import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Padding } from './padding.js';

/*
 * 3x3 convolutions with half the multiplications: along a row, four outputs next to each other take six products instead of
 * twelve (Winograd's F(4, 3); Lavin and Gray 2015). Down the columns it stays a convolution, of 3x1, so that all the work that
 * grows with the channels is done by the backend's own kernels. On wasm 1.5 times as fast with 64 channels, 1.9 with 512, and as
 * exact up to rounding (1e-5 of the largest value).
 */

type KernelShape = readonly [number, number, number, number];

/** With fewer channels, the way there and back takes what is saved. */
const fewestChannels = 64;
/** Cutting out positions counts them in float32. */
const mostPositions = 2 ** 18;

/** Whether the backend would run such a convolution faster in this way; on GPUs the many small steps take longer. */
export const suitsWinograd = ([size, , input, output]: KernelShape): boolean =>
  tf.getBackend() === 'wasm' && size === 3 && Math.min(input, output) >= fewestChannels;

/** What the three numbers of a row of the kernel become. */
const ofKernel = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;

/** The six kernels `[3, 1, in, out]` of a kernel `[3, 3, in, out]`. The caller owns them. */
export function winogradKernels(kernel: Float32Array, [, , input, output]: KernelShape): Tensor4D[] {
  const size = input * output;
  return ofKernel.map((factors) => {
    const sum = new Float32Array(3 * size);
    for (let y = 0; y < 3; y++)
      factors.forEach((factor, x) => {
        const from = (3 * y + x) * size;
        for (let i = 0; i < size; i++) sum[y * size + i]! += factor * kernel[from + i]!;
      });
    return tf.tensor4d(sum, [3, 1, input, output]);
  });
}

/** Picture `i` of a batch. `tf.slice` would copy the whole batch out of the heap of wasm first. */
const pictureAt = (batch: Tensor4D, i: number): Tensor4D =>
  tf.image.cropAndResize(batch, [[0, 0, 1, 1]], [i], [batch.shape[1], batch.shape[2]], 'nearest');

/** 1 for column `at` of `w` and 0 for the others, or the other way round; `[1, 1, w, 1]`. */
const mask = (w: number, at: number, inside: 0 | 1): Tensor4D =>
  tf.tensor4d(
    Array.from({ length: w }, (_, i) => (i === at ? inside : 1 - inside)),
    [1, 1, w, 1],
  );

/**
 * Every position takes the value of the next (`by` 1) or the last one (-1) in its row; at the end of the row that of `beyond`, or 0.
 */
function shifted(x: Tensor4D, by: 1 | -1, beyond?: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [, h, w, c] = x.shape;
    const positions = h * w;
    const before = by === 1 ? 0 : 1;
    const border: [number, number][] = [
      [0, 0],
      [before, 2],
      [0, 0],
      [0, 0],
    ];
    const line = tf.pad(tf.reshape<tf.Rank.R4>(x, [1, positions, 1, c]), border);
    const last = line.shape[1] - 1;
    // A quarter of a position further than they stand: wasm rounds down where others take the nearest.
    const first = by + before + 0.25;
    const box: [number, number, number, number] = [first / last, 0, (first + positions - 1) / last, 1];
    const moved = tf.reshape<tf.Rank.R4>(tf.image.cropAndResize(line, [box], [0], [positions, 1], 'nearest'), x.shape);
    const end = by === 1 ? w - 1 : 0;
    const inner = tf.mul<Tensor4D>(moved, mask(w, end, 0));
    return beyond === undefined ? inner : tf.add(inner, tf.mul(beyond, mask(w, end, 1)));
  });
}

/** Every fourth column, beginning with each of -1 to 4. */
function sixColumns(x: Tensor4D, padding: Padding): Tensor4D[] {
  return tf.tidy(() => {
    const [, h, w, c] = x.shape;
    const batch = tf.tidy(() =>
      tf.reshape<tf.Rank.R4>(tf.transpose(tf.reshape(x, [(h * w) / 4, 4, c]), [1, 0, 2]), [4, h, w / 4, c]),
    );
    const [a, b, d, e] = [0, 1, 2, 3].map((i) => pictureAt(batch, i)) as [Tensor4D, Tensor4D, Tensor4D, Tensor4D];
    batch.dispose();
    // What is beyond the first and the last column: the second and the last but one, or those themselves.
    const [first, last] = { zero: [], reflect: [b, d], replicate: [a, e] }[padding];
    return [shifted(e, -1, first), a, b, d, e, shifted(a, 1, last)];
  });
}

/** The next width that four divides. */
const wholeWidth = (w: number): number => 4 * Math.ceil(w / 4);

/** Whether a picture gains by {@link winogradConv}: one, of a width that need not grow by more than a quarter. */
export const fitsWinograd = ([b, h, w]: Tensor4D['shape']): boolean =>
  tf.getBackend() === 'wasm' && b === 1 && wholeWidth(w) <= 1.25 * w && h * wholeWidth(w) <= 4 * mostPositions;

/** `x` with rows around it unless they are zeros, which cost nothing, and continued to the right up to `width`. */
function fitted(x: Tensor4D, width: number, padding: Padding): Tensor4D {
  const [none, one]: [number, number][] = [
    [0, 0],
    [1, 1],
  ];
  const right: [number, number] = [0, width - x.shape[2]];
  if (padding !== 'zero')
    return tf.mirrorPad(x, [none!, one!, right, none!], padding === 'reflect' ? 'reflect' : 'symmetric');
  return right[1] === 0 ? x : tf.pad(x, [none!, none!, right, none!]);
}

/** The first columns of `x`. */
function narrowed(x: Tensor4D, width: number): Tensor4D {
  const [, h, w] = x.shape;
  // A quarter of a column more than to the last one: wasm rounds down.
  return tf.image.cropAndResize(x, [[0, 0, 1, (width - 0.75) / (w - 1)]], [0], [h, width], 'nearest');
}

/** The six products of the columns and the kernels. Columns are freed as soon as nothing reads them. */
function sixProducts(x: Tensor4D, kernels: readonly Tensor4D[], padding: Padding, bias?: Tensor1D): Tensor4D[] {
  return tf.tidy(() => {
    const columns = tf.tidy(() => sixColumns(fitted(x, wholeWidth(x.shape[2]), padding), padding));
    const [a, b, c, d, e, f] = columns as [Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor4D];
    const pad = padding === 'zero' ? 'same' : 'valid';
    const multiply = (i: number, columns: () => Tensor4D): Tensor4D =>
      tf.tidy(() => {
        const [u, filter] = [tf.tidy(columns), kernels[i]!];
        // Every output takes the second product once, and the bias with it.
        if (i !== 1 || bias === undefined) return tf.conv2d(u, filter, 1, pad);
        return tf.fused.conv2d({ x: u, filter, strides: 1, pad, bias });
      });
    const pair = (i: number, even: () => Tensor4D, odd: () => Tensor4D): Tensor4D[] =>
      tf.tidy(() => {
        const [u, v] = [tf.tidy(even), tf.tidy(odd)];
        return [multiply(i, () => tf.add(u, v)), multiply(i + 1, () => tf.sub(u, v))];
      });
    const first = multiply(0, () => tf.add(tf.sub(tf.mul(a, 4), tf.mul(c, 5)), e));
    a.dispose();
    const last = multiply(5, () => tf.add(tf.sub(tf.mul(b, 4), tf.mul(d, 5)), f));
    f.dispose();
    const fours = pair(
      1,
      () => tf.sub(e, tf.mul(c, 4)),
      () => tf.sub(d, tf.mul(b, 4)),
    );
    const twos = pair(
      3,
      () => tf.sub(e, c),
      () => tf.mul(tf.sub(d, b), 2),
    );
    return [first, ...fours, ...twos, last];
  });
}

/** The convolution of `[1, h, w, in]` by {@link winogradKernels}: `[1, h, w, out]`. */
export function winogradConv(
  x: Tensor4D,
  kernels: readonly Tensor4D[],
  padding: Padding = 'zero',
  bias?: Tensor1D,
): Tensor4D {
  return tf.tidy(() => {
    const [, h, w] = x.shape;
    const width = wholeWidth(w);
    const columns = tf.tidy(() => {
      const [first, a, b, c, d, last] = sixProducts(x, kernels, padding, bias) as [
        Tensor4D,
        Tensor4D,
        Tensor4D,
        Tensor4D,
        Tensor4D,
        Tensor4D,
      ];
      const [p, q, r, s] = [tf.add(a, b), tf.add(c, d), tf.sub(a, b), tf.sub(c, d)];
      tf.dispose([a, b, c, d]);
      return [
        tf.tidy(() => tf.add(tf.add(first, p), q)),
        tf.tidy(() => tf.add(r, tf.mul(s, 2))),
        tf.tidy(() => tf.add(p, tf.mul(q, 4))),
        tf.tidy(() => tf.add(tf.add(r, tf.mul(s, 8)), last)),
      ];
    });
    const output = kernels[0]!.shape[3];
    // One after the other and then turned, not `concat` along the channels: that copies them position by position.
    const four = tf.tidy(() => tf.reshape(tf.concat(columns, 0), [4, (h * width) / 4, output]));
    tf.dispose(columns);
    const y = tf.reshape<tf.Rank.R4>(tf.transpose(four, [1, 0, 2]), [1, h, width, output]);
    return width === w ? y : narrowed(y, w);
  });
}
