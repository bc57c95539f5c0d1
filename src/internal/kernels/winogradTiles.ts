import * as tf from '@tensorflow/tfjs-core';
import { networkLoops } from '../wasm/networkLoops.js';
import type { Padding } from './padding.js';

/* What the loops of network.wat are told of a picture cut into tiles of four by four positions. */

/** Vectors of the program are four numbers. */
export const lanes = 4;
/** What a row or column of four outputs becomes. */
const points = 6;
/** Matrices of a kernel, and of the tiles of a picture. */
export const winogradMatrices = points ** 2;

/** Bytes of the matrices of a band, if more than a row of tiles fits: what the caches hold for one thread. */
const oneThread = 2 ** 22;
/** Threads meet after each product, so that products should be few and large. */
const threads = 2 ** 25;
export const bandBytes = (): number => (networkLoops()?.threaded === true ? threads : oneThread);

/** The rows and columns of tiles of a picture, and how many rows make a band of so many bytes: all alike, but the last. */
export function tilesOf(height: number, width: number, channels: number, bytes: number) {
  const [down, across] = [Math.ceil(height / 4), Math.ceil(width / 4)];
  const most = Math.max(1, Math.floor(bytes / (4 * winogradMatrices * across * channels)));
  return { down, across, band: Math.ceil(down / Math.ceil(down / most)) };
}

/** Where the rows or columns lie, `numbers` apart, in bytes; -1: nowhere. */
const inBytes = (places: readonly number[], numbers: number): number[] =>
  places.map((at) => (at < 0 ? -1 : 4 * numbers * at));

/** Where the row or column of `size` lies that stands in place of each from -1 on, with what follows the last; -1 for zeros. */
export function sources(size: number, tiles: number, padding: Padding, enlarge: boolean, numbers: number): number[] {
  const all = enlarge ? 2 * size : size;
  const beyond = { zero: [-1, -1], reflect: [1, all - 2], replicate: [0, all - 1] }[padding] as [number, number];
  const places = Array.from({ length: 4 * tiles + 2 }, (_, i) => {
    const at = [beyond[0], i - 1, beyond[1], -1][i === 0 ? 0 : i <= all ? 1 : i === all + 1 ? 2 : 3]!;
    return enlarge ? at >> 1 : at;
  });
  return inBytes(places, numbers);
}

/** Where the rows or columns lie that the tiles make; -1 for those beyond the last. */
export const targets = (size: number, tiles: number, numbers: number): number[] =>
  inBytes(
    Array.from({ length: 4 * tiles }, (_, i) => (i < size ? i : -1)),
    numbers,
  );

/** Writes what the program wants to know of matrices and of a picture's rows and columns: the addresses of all that. */
export function describeTiles(
  matrices: readonly number[],
  channels: number,
  rows: readonly number[],
  columns: readonly number[],
) {
  // Addresses, room for as many and for as many vectors, and a row of zeros.
  const head = 2 * winogradMatrices + lanes * winogradMatrices;
  const numbers = new Int32Array(head + channels + rows.length + columns.length);
  numbers.set(matrices);
  numbers.set([...rows, ...columns], head + channels);
  const table = networkLoops()!.at(tf.tensor1d(numbers, 'int32'));
  const zeros = table + 4 * head;
  return { table, zeros, rows: zeros + 4 * channels, columns: zeros + 4 * (channels + rows.length) };
}
