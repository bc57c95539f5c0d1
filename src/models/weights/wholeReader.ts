import { bytesReader, type RangeReader } from './rangeReader.js';
import type { ReadOptions } from './source.js';

/** A reader of bytes that are loaded in whole when they are first needed; only their number is remembered for good. */
export function wholeReader(description: string, load: (options: ReadOptions) => Promise<Uint8Array>): RangeReader {
  let size: number | undefined;
  // A kernel and its bias are mostly read one after the other from the same shard.
  let kept: WeakRef<Uint8Array> | undefined;
  const all = async (options: ReadOptions): Promise<Uint8Array> => {
    const bytes = kept?.deref() ?? (await load(options));
    kept = new WeakRef(bytes);
    size = bytes.length;
    return bytes;
  };
  return {
    description,
    size: async (options = {}) => size ?? (await all(options)).length,
    read: async (offset, length, options = {}) =>
      bytesReader(await all(options), description).read(offset, length, options),
  };
}
