import { WeightsError } from '../../errors.js';
import { assert } from '../../internal/assert.js';
import type { ReadOptions } from './source.js';

/** Bytes that can be read piece by piece: a file, a URL, a buffer. */
export interface RangeReader {
  /** For messages: the file, the URL, ... */
  readonly description: string;
  /** The number of bytes in all. */
  size(options?: ReadOptions): Promise<number>;
  /** Exactly `length` bytes from `offset` on, or a `WeightsError`. The result may share memory with others: do not write to it. */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array>;
}

/** Throws unless `length` bytes from `offset` on lie in a file of `size` bytes. */
export function assertRange(description: string, offset: number, length: number, size: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  assert(
    whole && offset + length <= size,
    () => `${description}: expected bytes ${offset}..${offset + length}; got a file of ${size} bytes (truncated?)`,
    WeightsError,
  );
}

/** Reads from bytes in memory. Does not copy them. */
export function bytesReader(bytes: Uint8Array | ArrayBuffer, description = 'bytes in memory'): RangeReader {
  // A plain view also of Node's Buffer, whose methods differ.
  const all = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  return {
    description,
    size: () => Promise.resolve(all.length),
    async read(offset, length, options) {
      options?.signal?.throwIfAborted();
      assertRange(description, offset, length, all.length);
      return Promise.resolve(all.subarray(offset, offset + length));
    },
  };
}
