import { WeightsError } from '../../errors.js';
import { cachedReader } from './cachedReader.js';
import { concatenate } from './concatenate.js';
import { download, type DownloadOptions, type PartialDownload } from './download.js';
import { checkIntegrity } from './integrity.js';
import type { PublicWeights } from './publicWeights.js';
import type { RangeReader } from './rangeReader.js';
import { urlReader } from './urlReader.js';
import type { UrlOptions } from './urlOptions.js';
import type { WeightCache } from './weightCache.js';

/* Files of public weights, from the network or a cache. */

const where = 'downloadWeights';

/** Explains what to do without a network. */
async function explained<T>(
  { file, url }: PublicWeights,
  cache: WeightCache | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    const place = cache ? `into ${cache.description} as ${file}` : `into a cache (option cache) as ${file}`;
    throw new WeightsError(`${where}: ${error.message}. To work without a network, put ${url} ${place}`, {
      cause: error,
    });
  }
}

/** The whole file, going on from what an earlier try has left in the cache. */
async function fetchFile(
  weights: PublicWeights,
  cache: WeightCache | undefined,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const key = `${weights.file}.part`;
  // Without a checksum a file could be joined from two versions unnoticed.
  const resumable = weights.sha256 === undefined ? undefined : cache;
  const left = await resumable?.get(key);
  const partial: PartialDownload = { chunks: left && left.length > 0 ? [left] : [] };
  try {
    const bytes = await explained(weights, cache, () => download(weights.url, options, partial));
    await resumable?.delete(key);
    return bytes;
  } catch (error) {
    if (partial.chunks.length > 0) await resumable?.put(key, concatenate(partial.chunks));
    throw error;
  }
}

/** A whole file, out of the cache or by way of it; undefined where only arrays of it are wanted. */
export async function wholeFile(weights: PublicWeights, cache: WeightCache | undefined, options: DownloadOptions) {
  const kept = await cache?.get(weights.file);
  if (kept !== undefined) {
    try {
      return { bytes: kept, trust: await checkIntegrity(where, weights, kept, cache) };
    } catch (error) {
      // A damaged file is fetched again. One that differs from the first use is the user's to judge.
      if (weights.sha256 === undefined) throw error;
      await cache?.delete(weights.file);
    }
  }
  if (weights.access === 'arrays') return undefined;
  const bytes = await fetchFile(weights, cache, options);
  const trust = await checkIntegrity(where, weights, bytes, cache);
  await cache?.put(weights.file, bytes);
  return { bytes, trust };
}

/** Reads ranges of the URL, by way of the cache. */
export function rangesOf(
  weights: PublicWeights,
  cache: WeightCache | undefined,
  http: UrlOptions,
  onProgress: DownloadOptions['onProgress'],
): RangeReader {
  const { url, file } = weights;
  const remote = urlReader(url, http);
  const explainedReader: RangeReader = {
    description: url,
    size: (read) => explained(weights, cache, () => remote.size(read)),
    read: (offset, length, read) => explained(weights, cache, () => remote.read(offset, length, read)),
  };
  let loadedBytes = 0;
  const onRead = (bytes: number): void => {
    loadedBytes += bytes;
    onProgress?.({ url, loadedBytes, totalBytes: undefined });
  };
  return cache ? cachedReader(explainedReader, cache, file, onRead) : explainedReader;
}
