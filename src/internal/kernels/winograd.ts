import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { networkLoops } from '../wasm/networkLoops.js';
import type { Footprint, KernelShape } from './op.js';
import type { Padding } from './padding.js';
import { bandBytes, describeTiles, lanes, sources, targets, tilesOf, winogradMatrices } from './winogradTiles.js';

/*
 * 3x3 convolutions with a quarter of the multiplications: four by four outputs of a channel take 36 products with each channel of
 * the input instead of 144 (Winograd's F(4x4, 3x3); Lavin and Gray 2015, section 4.3). The products are 36 plain products of
 * matrices, for which the backend has its own threads; the ways there and back are loops of our own, band by band, so that what
 * is in between stays small. The points are 2/3 and 3/2, not 1 and 2: half the rounding (Barabasz et al. 2020), 6e-7 to 2e-6 of
 * the norm, where a plain convolution has 3e-7.
 */

/** With fewer channels, the ways there and back take what is saved. */
const fewestChannels = 16;
/** Whether the backend would run such a convolution faster in this way: wasm, wherever our own loops run on it. */
export const suitsWinograd = ([size, , input, output]: KernelShape): boolean =>
  size === 3 &&
  Math.min(input, output) >= fewestChannels &&
  (input | output) % lanes === 0 &&
  networkLoops() !== undefined;

/** The kernel at `x` and at `-x`, where `other` are the points beside them and 0; see network.wat. */
const pairAt = (x: number, other: number): number[][] => {
  const factor = 1 / (2 * x ** 2 * (x ** 2 - other ** 2));
  return [x, -x].map((at) => [factor, factor * at, factor * at ** 2]);
};

/** What the three numbers of a row or column of the kernel become. */
export const ofKernel = [[1, 0, 0], ...pairAt(2 / 3, 3 / 2), ...pairAt(3 / 2, 2 / 3), [0, 0, 1]];

/** The 36 matrices `[in, out]` of a kernel `[3, 3, in, out]`. The caller owns them. */
export function winogradKernels(kernel: Float32Array, [, , input, output]: KernelShape): Tensor2D[] {
  return tf.tidy(() => {
    const taps = tf.tensor2d(kernel, [9, input * output]);
    return ofKernel.flatMap((down) =>
      ofKernel.map((across) => {
        const factors = down.flatMap((y) => across.map((x) => y * x));
        return tf.reshape<tf.Rank.R2>(tf.matMul(tf.tensor2d(factors, [1, 9]), taps), [input, output]);
      }),
    );
  });
}

/** What the matrices on both sides of the products take. */
export const winogradWork = ([, , input, output]: KernelShape, enlarge = false): Required<Footprint>['work'] => ({
  copies: (enlarge ? 4 : 1) * (winogradMatrices / 16) * (1 + output / input),
  most: bandBytes(),
});

/** How a convolution is run. */
export interface WinogradOptions {
  /** @defaultValue 'zero' */
  readonly padding?: Padding;
  /** `[out]`. @defaultValue none */
  readonly bias?: Tensor1D;
  /** Nothing below 0. @defaultValue false */
  readonly relu?: boolean;
  /** Enlarges the input by 2 first, to the nearest. @defaultValue false */
  readonly enlarge?: boolean;
}

/** The convolution of `[b, h, w, in]` by {@link winogradKernels}: `[b, h, w, out]`, twice as high and wide with `enlarge`. */
export function winogradConv(x: Tensor4D, kernels: readonly Tensor2D[], options: WinogradOptions = {}): Tensor4D {
  const { padding = 'zero', bias, relu = false, enlarge = false } = options;
  const wasm = networkLoops()!;
  return tf.tidy(() => {
    const [b, height, width, input] = x.shape;
    const [h, w] = enlarge ? [2 * height, 2 * width] : [height, width];
    const output = kernels[0]!.shape[1];
    const { down, across, band } = tilesOf(h, w, input + output, bandBytes());
    const y = wasm.output<tf.Rank.R4>([b, h, w, output]);
    const columns = kernels.map(() => wasm.output<tf.Rank.R2>([band * across, input]));
    const from = describeTiles(
      columns.map((matrix) => wasm.at(matrix)),
      Math.max(input, output),
      sources(height, down, padding, enlarge, width * input),
      sources(width, across, padding, enlarge, input),
    );
    const [toRows, toColumns] = [targets(h, down, w * output), targets(w, across, output)];
    const added = bias === undefined ? from.zeros : wasm.at(bias);
    for (let picture = 0; picture < b; picture++)
      for (let first = 0; first < down; first += band) {
        const tiles = [Math.min(band, down - first), across] as const;
        const source = wasm.at(x) + 4 * picture * height * width * input;
        wasm.winogradInput(source, from.rows + 16 * first, from.columns, ...tiles, 4 * input, from.table);
        tf.tidy(() => {
          const products = columns.map((matrix, i) => tf.matMul(matrix, kernels[i]!));
          const to = describeTiles(
            products.map((matrix) => wasm.at(matrix)),
            output,
            toRows,
            toColumns,
          );
          const [target, least] = [wasm.at(y) + 4 * picture * h * w * output, relu ? 0 : -Infinity];
          wasm.winogradOutput(target, to.rows + 16 * first, to.columns, ...tiles, 4 * output, to.table, added, least);
        });
      }
    return y;
  });
}
