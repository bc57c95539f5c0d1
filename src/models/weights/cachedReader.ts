import type { RangeReader } from './rangeReader.js';
import type { ReadOptions } from './source.js';
import type { WeightCache } from './weightCache.js';

/**
 * Keeps every range that has been read, and the size, so that reading the same arrays again needs no network.
 *
 * @param file - what keys begin with
 * @param onRead - called with the count of bytes that were not in the cache
 */
export function cachedReader(
  reader: RangeReader,
  cache: WeightCache,
  file: string,
  onRead?: (bytes: number) => void,
): RangeReader {
  async function kept(key: string, load: () => Promise<Uint8Array>, length?: number): Promise<Uint8Array> {
    const found = await cache.get(key);
    if (found !== undefined && (length === undefined || found.length === length)) return found;
    const bytes = await load();
    await cache.put(key, bytes);
    if (length !== undefined) onRead?.(length);
    return bytes;
  }
  return {
    description: reader.description,
    async size(options?: ReadOptions) {
      options?.signal?.throwIfAborted();
      const text = await kept(`${file}.size`, async () => new TextEncoder().encode(String(await reader.size(options))));
      return Number(new TextDecoder().decode(text));
    },
    async read(offset, length, options) {
      options?.signal?.throwIfAborted();
      return kept(`${file}.${offset}-${offset + length}`, () => reader.read(offset, length, options), length);
    },
  };
}
