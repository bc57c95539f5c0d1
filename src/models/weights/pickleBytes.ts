import { WeightsError } from '../../errors.js';

/** The bytes end in the middle of an instruction. */
export class PickleTruncated extends WeightsError {}

/** Whole numbers longer than this have no place in a checkpoint. */
const MAX_INTEGER_BYTES = 32;
/** Nor have longer names of modules and classes. */
const MAX_LINE_BYTES = 1000;

/** A signed little-endian integer of any length; a number where a number can hold it. */
function integer(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  value = BigInt.asIntN(8 * bytes.length, value);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Reads what follows the instructions of a pickle, one after the other. */
export interface PickleBytes {
  /** Where the next read begins. */
  readonly at: () => number;
  readonly u8: () => number;
  readonly u16: () => number;
  readonly i32: () => number;
  readonly u32: () => number;
  readonly u64: () => number;
  /** Big-endian, as an exception. */
  readonly f64: () => number;
  readonly raw: (length: number) => Uint8Array;
  readonly text: (length: number, encoding?: string) => string;
  /** Text up to a line feed. */
  readonly line: () => string;
  /** A signed integer of so many bytes. */
  readonly long: (length: number) => number | bigint;
  /** Throws, with the position. */
  readonly fail: (expected: string, got: string) => never;
}

export function pickleBytes(where: string, bytes: Uint8Array, start: number): PickleBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  const fail = (expected: string, got: string): never => {
    throw new WeightsError(`${where}: expected ${expected} at byte ${at} of the pickle; got ${got}`);
  };
  /** Moves on by `length` bytes and returns where they start. */
  const take = (length: number): number => {
    if (at + length > bytes.length)
      throw new PickleTruncated(`${where}: the pickle is truncated at byte ${bytes.length}`);
    at += length;
    return at - length;
  };
  const raw = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.subarray(from, from + length);
  };
  const text = (length: number, encoding = 'utf-8'): string => new TextDecoder(encoding).decode(raw(length));
  return {
    at: () => at,
    u8: () => bytes[take(1)]!,
    u16: () => view.getUint16(take(2), true),
    i32: () => view.getInt32(take(4), true),
    u32: () => view.getUint32(take(4), true),
    u64: () => Number(view.getBigUint64(take(8), true)),
    f64: () => view.getFloat64(take(8), false),
    raw,
    text,
    line() {
      const end = bytes.indexOf(10, at);
      if (end < 0 || end - at > MAX_LINE_BYTES) take(bytes.length);
      const result = text(end - at);
      take(1);
      return result;
    },
    long: (length) =>
      length <= MAX_INTEGER_BYTES
        ? integer(raw(length))
        : fail(`an integer of at most ${MAX_INTEGER_BYTES} bytes`, `${length}`),
    fail,
  };
}
