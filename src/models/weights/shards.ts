import { WeightsError } from '../../errors.js';
import { assert } from '../../internal/assert.js';
import { concatenate } from './concatenate.js';
import type { RangeReader } from './rangeReader.js';
import type { ReadOptions } from './source.js';

/**
 * Bytes `begin..end` of several files read as one. Opens the files before `begin` only for their size, and none after `end`.
 *
 * @param total - what all of them must hold together
 */
export async function readAcross(
  where: string,
  shards: readonly RangeReader[],
  begin: number,
  end: number,
  total: number,
  options: ReadOptions,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const [i, shard] of shards.entries()) {
    if (start >= end) break;
    const size = await shard.size(options);
    const [from, to] = [Math.max(begin - start, 0), Math.min(end - start, size)];
    if (from < to) pieces.push(await shard.read(from, to - from, options));
    start += size;
    const isLast = i === shards.length - 1;
    assert(
      isLast ? start === total : start <= total,
      () => `${where}: expected ${total} bytes in ${shards.length} shards; got ${start} up to '${shard.description}'`,
      WeightsError,
    );
  }
  assert(start >= end, () => `${where}: expected shards for ${total} bytes; got ${shards.length}`, WeightsError);
  return concatenate(pieces);
}
