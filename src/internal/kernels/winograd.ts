import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
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
export const suitsWinograd = ([size, , input, output]: KernelShape, padding: Padding): boolean =>
  tf.getBackend() === 'wasm' && size === 3 && padding === 'zero' && Math.min(input, output) >= fewestChannels;

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

/** Every position takes the value of the next (`by` 1) or the last one (-1) in its row; 0 at the end of the row. */
function shifted(x: Tensor4D, by: 1 | -1): Tensor4D {
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
    return tf.mul(
      moved,
      tf.tensor4d(
        Array.from({ length: w }, (_, i) => (i === end ? 0 : 1)),
        [1, 1, w, 1],
      ),
    );
  });
}

/** Every fourth column, beginning with each of -1 to 4. */
function sixColumns(x: Tensor4D): Tensor4D[] {
  return tf.tidy(() => {
    const [, h, w, c] = x.shape;
    const batch = tf.tidy(() =>
      tf.reshape<tf.Rank.R4>(tf.transpose(tf.reshape(x, [(h * w) / 4, 4, c]), [1, 0, 2]), [4, h, w / 4, c]),
    );
    const [a, b, d, e] = [0, 1, 2, 3].map((i) => pictureAt(batch, i)) as [Tensor4D, Tensor4D, Tensor4D, Tensor4D];
    batch.dispose();
    return [shifted(e, -1), a, b, d, e, shifted(a, 1)];
  });
}

/** The next width that four divides. */
const wholeWidth = (w: number): number => 4 * Math.ceil(w / 4);

/** Whether a picture gains by {@link winogradConv}: one, of a width that need not grow by more than a quarter. */
export const fitsWinograd = ([b, h, w]: Tensor4D['shape']): boolean =>
  tf.getBackend() === 'wasm' && b === 1 && wholeWidth(w) <= 1.25 * w && h * wholeWidth(w) <= 4 * mostPositions;

/** `x` with columns of zeros on the right. */
const widened = (x: Tensor4D, width: number): Tensor4D =>
  tf.pad(x, [
    [0, 0],
    [0, 0],
    [0, width - x.shape[2]],
    [0, 0],
  ]);

/** The first columns of `x`. */
function narrowed(x: Tensor4D, width: number): Tensor4D {
  const [, h, w] = x.shape;
  // A quarter of a column more than to the last one: wasm rounds down.
  return tf.image.cropAndResize(x, [[0, 0, 1, (width - 0.75) / (w - 1)]], [0], [h, width], 'nearest');
}

/** The six products of the columns and the kernels. Columns are freed as soon as nothing reads them. */
function sixProducts(x: Tensor4D, kernels: readonly Tensor4D[]): Tensor4D[] {
  return tf.tidy(() => {
    const [a, b, c, d, e, f] = sixColumns(x) as [Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor4D];
    const multiply = (i: number, columns: () => Tensor4D): Tensor4D =>
      tf.tidy(() => tf.conv2d(tf.tidy(columns), kernels[i]!, 1, 'same'));
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

/** The convolution of `[1, h, w, in]` by {@link winogradKernels}, with zeros around it: `[1, h, w, out]`. */
export function winogradConv(x: Tensor4D, kernels: readonly Tensor4D[]): Tensor4D {
  return tf.tidy(() => {
    const [, h, w] = x.shape;
    const width = wholeWidth(w);
    const columns = tf.tidy(() => {
      const [first, a, b, c, d, last] = sixProducts(width === w ? x : widened(x, width), kernels) as [
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
    const whole = tf.concat(columns, 3);
    tf.dispose(columns);
    const y = tf.reshape<tf.Rank.R4>(whole, [1, h, width, kernels[0]!.shape[3]]);
    return width === w ? y : narrowed(y, w);
  });
}
