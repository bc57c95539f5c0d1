import { WeightsError } from '../../errors.js';
import { assert } from '../../internal/assert.js';
import type { PublicWeights } from './publicWeights.js';
import { sha256 } from './sha256.js';
import type { WeightCache } from './weightCache.js';

/**
 * How far a file is known to be the right one:
 *
 * - `'checksum'`: the file has the published SHA-256.
 * - `'first-use'`: none is published; the file is the same as when it was first downloaded into this cache (or this was it).
 * - `'unchecked'`: nothing to compare with: only parts of the file were fetched, or there is neither checksum nor cache.
 */
export type Trust = 'checksum' | 'first-use' | 'unchecked';

/** Compares with the published checksum, else with the one of the first download. */
export async function checkIntegrity(
  where: string,
  weights: PublicWeights,
  bytes: Uint8Array,
  cache: WeightCache | undefined,
): Promise<Trust> {
  const { file, url } = weights;
  const size = weights.bytes ?? bytes.length;
  assert(
    bytes.length === size,
    () => `${where}: ${file}: expected ${size} bytes; got ${bytes.length} from ${url}`,
    WeightsError,
  );
  if (weights.sha256 === undefined && cache === undefined) return 'unchecked';
  const actual = await sha256(bytes);
  if (weights.sha256 !== undefined) {
    assert(
      actual === weights.sha256,
      () => `${where}: ${file}: expected SHA-256 ${weights.sha256!}; got ${actual} from ${url}`,
      WeightsError,
    );
    return 'checksum';
  }
  const record = await cache!.get(`${file}.sha256`);
  const first = record === undefined ? undefined : new TextDecoder().decode(record).trim();
  assert(
    first === undefined || first === actual,
    () =>
      `${where}: ${file}: expected SHA-256 ${first!}, as at the first download; got ${actual} from ${url}. ` +
      `If you trust the new file, delete ${file}.sha256 from ${cache!.description}`,
    WeightsError,
  );
  if (first === undefined) await cache!.put(`${file}.sha256`, new TextEncoder().encode(actual));
  return 'first-use';
}
