import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { networkLoops } from '../wasm/networkLoops.js';
import type { Padding } from './padding.js';
import { ofKernel } from './winograd.js';
import { describeTiles, lanes, sources, targets, tilesOf, winogradMatrices } from './winogradTiles.js';

/** Bytes of the matrices of a band: these loops run in one thread, whose cache holds as much. */
const bandBytes = 2 ** 20;

/** Of fewer tiles, the way back to the kernel takes what is saved. */
const fewestTiles = 24;

/** Whether a filter's gradient is faster in this way: on wasm, wherever our own loops run on it, in whole vectors. */
export const suitsWinogradGradient = ([batch, height, width, input]: Tensor4D['shape'], output: number): boolean =>
  input % lanes === 0 &&
  output % (2 * lanes) === 0 &&
  batch * Math.ceil(height / 4) * Math.ceil(width / 4) >= fewestTiles &&
  networkLoops() !== undefined;

/** `[9, 36]`: what each of the 36 matrices adds to each tap of the kernel. */
const toKernel = (): tf.Tensor2D =>
  tf.tensor2d(
    [0, 1, 2].flatMap((ky) =>
      [0, 1, 2].map((kx) => ofKernel.flatMap((down) => ofKernel.map((across) => down[ky]! * across[kx]!))),
    ),
  );

/**
 * The gradient of a 3x3 filter by Winograd's way turned around: where the convolution is `y = A' (G g G' * B' x B) A`, its gradient
 * is `G' (A dy A' * B' x B) G`. So each of the 36 sums over the tiles is one product of matrices, a quarter of the products of the
 * plain way, and the border is laid around without a copy.
 */
export function winogradFilterGradient(x: Tensor4D, dy: Tensor4D, padding: Padding): Tensor4D {
  const wasm = networkLoops()!;
  return tf.tidy(() => {
    const [b, h, w, input] = x.shape;
    const output = dy.shape[3];
    const { down, across, band } = tilesOf(h, w, input + output, bandBytes);
    const sums = tf.zeros<tf.Rank.R2>([winogradMatrices, input * output]);
    const matrices = (channels: number): number[] => {
      const first = wasm.at(wasm.output([winogradMatrices, band * across, channels]));
      return Array.from({ length: winogradMatrices }, (_, i) => first + 4 * i * band * across * channels);
    };
    const [ofX, ofDy] = [matrices(input), matrices(output)];
    const from = describeTiles(
      ofX,
      input,
      sources(h, down, padding, false, w * input),
      sources(w, across, padding, false, input),
    );
    const to = describeTiles(ofDy, output, targets(h, down, w * output), targets(w, across, output));
    for (let picture = 0; picture < b; picture++)
      for (let first = 0; first < down; first += band) {
        const tiles = [Math.min(band, down - first), across] as const;
        const [atX, atDy] = [x, dy].map((tensor) => wasm.at(tensor) + (4 * picture * tensor.size) / b);
        wasm.winogradInput(atX!, from.rows + 16 * first, from.columns, ...tiles, 4 * input, from.table);
        wasm.winogradGradient(atDy!, to.rows + 16 * first, to.columns, ...tiles, 4 * output, to.table);
        for (let i = 0; i < winogradMatrices; i++) {
          const sum = wasm.at(sums) + 4 * i * input * output;
          wasm.addOuterProducts(ofX[i]!, ofDy[i]!, tiles[0] * tiles[1], 4 * input, 4 * output, 0, sum);
        }
      }
    return tf.reshape<tf.Rank.R4>(tf.matMul(toKernel(), sums), [3, 3, input, output]);
  });
}
