import { assert, assertNoOthers, assertOneOf, show } from '../internal/assert.js';
import {
  arrayNames,
  FORMAT,
  MAX_HEADER,
  shapeOf,
  stylePrecisions,
  VERSION,
  type StylePrecision,
  type Summary,
} from './styleFormat.js';
import { assertStyleOperator, type StyleOperator } from './styleOperator.js';

/** Options of {@link encodeStyle}. */
export interface EncodeStyleOptions {
  /** float32 changes a result by about 1e-7, and halves the file. @defaultValue 'float32' */
  readonly precision?: StylePrecision;
}

/**
 * Writes style operators, one per layer for instance, into one small binary file.
 *
 * The file is a valid safetensors file that other tools can open: `C^2 + 2 C` numbers an operator.
 *
 * @param operators - Operators by name.
 * @returns The file's bytes, the caller's.
 * @throws StyleError if there is no operator, or a number is not finite.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { decodeStyle, encodeStyle, featureMoments, styleOperator } from 'pastiche/wct';
 *
 * const relu1_1 = styleOperator(await featureMoments(tf.tensor4d([1, 5, 9, 5], [1, 2, 2, 1])));
 * const bytes = encodeStyle({ relu1_1 });
 * console.log(decodeStyle(bytes)['relu1_1']?.mean[0]); // => 5
 * ```
 */
export function encodeStyle(
  operators: Readonly<Record<string, StyleOperator>>,
  options: EncodeStyleOptions = {},
): Uint8Array<ArrayBuffer> {
  const { precision = 'float32', ...others } = options;
  assertNoOthers('encodeStyle', others);
  assertOneOf('encodeStyle', 'precision', precision, stylePrecisions);
  const entries = Object.entries(operators);
  assert(entries.length > 0, () => 'encodeStyle: operators must hold at least one style operator; got none');
  const tensors: [string, unknown][] = [];
  const summaries: [string, Summary][] = [];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, operator] of entries) {
    assertStyleOperator('encodeStyle', `operators[${show(name)}]`, operator);
    const { channels, rank, samples } = operator;
    summaries.push([name, { channels, rank, samples }]);
    for (const array of arrayNames) {
      const values = precision === 'float32' ? Float32Array.from(operator[array]) : operator[array];
      assert(
        values.every(Number.isFinite),
        () => `encodeStyle: operators[${show(name)}].${array} must fit float32; use the precision 'float64'`,
      );
      parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      const dtype = precision === 'float32' ? 'F32' : 'F64';
      const begin = end;
      end += values.byteLength;
      tensors.push([`${name}/${array}`, { dtype, shape: shapeOf(array, channels), data_offsets: [begin, end] }]);
    }
  }
  const metadata = { format: FORMAT, version: VERSION, operators: JSON.stringify(Object.fromEntries(summaries)) };
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensors) }));
  // Spaces up to a multiple of 8, so that the numbers are aligned.
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  header.set(json);
  assert(
    header.length <= MAX_HEADER,
    () =>
      `encodeStyle: operators must need a header of at most ${MAX_HEADER} bytes; got ${header.length}: shorten the names`,
  );
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let offset = 8 + header.length;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}
