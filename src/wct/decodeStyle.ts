import { StyleError } from '../errors.js';
import { assert, show } from '../internal/assert.js';
import { bytesOf } from '../internal/bytesOf.js';
import { isRecord } from '../internal/isRecord.js';
import { arrayNames, FORMAT, MAX_HEADER, shapeOf, VERSION } from './styleFormat.js';
import { assertStyleOperator, type StyleOperator } from './styleOperator.js';

/* The bytes may come from anywhere: everything is checked before it is used, and nothing is allocated beyond their length. */

/** A JSON object. */
type Json = Record<string, unknown>;

const broken = (what: string, options?: ErrorOptions): StyleError => new StyleError(`decodeStyle: ${what}`, options);

function check(condition: boolean, what: () => string): asserts condition {
  if (!condition) throw broken(what());
}

/** A field of the object itself, never one of its prototype. */
const field = (object: Json, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

function parseObject(text: string, what: string): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw broken(`${what} is not JSON`, { cause: error });
  }
  check(isRecord(parsed), () => `${what} must be an object; got ${show(parsed)}`);
  return parsed;
}

/** The header and the data behind it. */
function split(bytes: Uint8Array): { header: Json; data: Uint8Array } {
  check(bytes.length >= 8, () => `a style file has at least 8 bytes; got ${bytes.length}`);
  const declared = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER, bytes.length - 8);
  check(declared <= BigInt(limit), () => `the header must have at most ${limit} bytes; got ${String(declared)}`);
  const end = 8 + Number(declared);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, end));
  } catch (error) {
    throw broken('the header is not UTF-8', { cause: error });
  }
  return { header: parseObject(text, 'the header'), data: bytes.subarray(end) };
}

/** The operators' summaries by name. */
function readMetadata(header: Json): Json {
  const metadata = field(header, '__metadata__');
  check(isRecord(metadata), () => 'the header has no __metadata__: this is not a style file');
  const [format, version, operators] = ['format', 'version', 'operators'].map((key) => field(metadata, key));
  check(format === FORMAT, () => `the format must be '${FORMAT}'; got ${show(format)}`);
  check(version === VERSION, () => `the version must be '${VERSION}'; got ${show(version)}`);
  check(typeof operators === 'string', () => `the list of operators must be text; got ${show(operators)}`);
  return parseObject(operators, 'the list of operators');
}

/** Reads the array at `begin`, where the one before it ends: overlaps and gaps are impossible. */
function readArray(
  header: Json,
  data: Uint8Array,
  key: string,
  shape: number[],
  begin: number,
): [Float64Array, number] {
  const entry = field(header, key);
  check(isRecord(entry), () => `${show(key)} is missing`);
  const dtype = field(entry, 'dtype');
  check(dtype === 'F32' || dtype === 'F64', () => `${show(key)} must be F32 or F64; got ${show(dtype)}`);
  const declared = field(entry, 'shape');
  check(
    Array.isArray(declared) && declared.length === shape.length && shape.every((side, i) => declared[i] === side),
    () => `${show(key)} must have the shape [${shape.join(', ')}]; got ${show(declared)}`,
  );
  const end = begin + shape.reduce((size, side) => size * side, dtype === 'F32' ? 4 : 8);
  const offsets = field(entry, 'data_offsets');
  check(
    Array.isArray(offsets) && offsets.length === 2 && offsets[0] === begin && offsets[1] === end,
    () => `${show(key)} must lie at [${begin}, ${end}]; got ${show(offsets)}`,
  );
  check(end <= data.length, () => `${show(key)} ends at ${end}, but there are only ${data.length} bytes of data`);
  // A copy, aligned. Not by data.slice: that of Node's Buffer does not copy.
  const { buffer } = new Uint8Array(data.subarray(begin, end));
  return [dtype === 'F32' ? Float64Array.from(new Float32Array(buffer)) : new Float64Array(buffer), end];
}

/**
 * Reads what {@link encodeStyle} wrote. Truncated, foreign and hostile files are told apart from good ones by checks of every length,
 * shape, offset, version and number.
 *
 * @param bytes - The whole file.
 * @returns Style operators by name, in the file's order.
 * @throws StyleError that says what is wrong with the file.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { decodeStyle, encodeStyle, featureMoments, styleOperator } from 'pastiche/wct';
 *
 * const relu1_1 = styleOperator(await featureMoments(tf.tensor4d([1, 5, 9, 5], [1, 2, 2, 1])));
 * console.log(Object.keys(decodeStyle(encodeStyle({ relu1_1 })))); // => ['relu1_1']
 * ```
 */
export function decodeStyle(bytes: Uint8Array | ArrayBuffer): Record<string, StyleOperator> {
  const file = bytesOf(bytes);
  assert(file !== undefined, () => `decodeStyle: bytes must be a Uint8Array or an ArrayBuffer; got ${show(bytes)}`);
  const { header, data } = split(file);
  const operators: [string, StyleOperator][] = [];
  let offset = 0;
  for (const [name, summary] of Object.entries(readMetadata(header))) {
    check(isRecord(summary), () => `the operator ${show(name)} must be an object; got ${show(summary)}`);
    const channels = field(summary, 'channels');
    check(
      typeof channels === 'number' && Number.isInteger(channels) && channels >= 1 && channels <= data.length,
      () => `the operator ${show(name)} must have a whole number of channels; got ${show(channels)}`,
    );
    const [mean, deviation, sqrt] = arrayNames.map((array) => {
      const [values, end] = readArray(header, data, `${name}/${array}`, shapeOf(array, channels), offset);
      offset = end;
      return values;
    }) as [Float64Array, Float64Array, Float64Array];
    const [rank, samples] = [field(summary, 'rank') as number, field(summary, 'samples') as number];
    const operator = { channels, samples, mean, deviation, sqrt, rank };
    assertStyleOperator('decodeStyle', name.slice(0, 60), operator);
    operators.push([name, operator]);
  }
  check(operators.length > 0, () => 'the file holds no operator');
  check(offset === data.length, () => `the operators end at ${offset}, but there are ${data.length} bytes of data`);
  // fromEntries makes own properties whatever the names are, '__proto__' included.
  return Object.fromEntries(operators);
}
