import { WeightsError } from '../../errors.js';
import { assert, assertOneOf } from '../../internal/assert.js';
import { cachedReader } from './cachedReader.js';
import { concatenate } from './concatenate.js';
import { download, type DownloadOptions, type PartialDownload } from './download.js';
import { checkIntegrity, type Trust } from './integrity.js';
import { publicWeights, type PublicWeights, type PublicWeightsName } from './publicWeights.js';
import { assertUrlOptions, type UrlOptions } from './http.js';
import type { RangeReader } from './rangeReader.js';
import { safetensors } from './safetensors.js';
import type { WeightSource } from './source.js';
import { torchCheckpoint } from './torchCheckpoint.js';
import { urlReader } from './urlReader.js';
import { defaultCache, type WeightCache } from './weightCache.js';

/** Options of {@link downloadWeights}. */
export interface DownloadWeightsOptions extends DownloadOptions {
  /** Where files are kept; `null` keeps none. @defaultValue the browser's cache, where there is one */
  readonly cache?: WeightCache | null | undefined;
}

/** Weights that have been downloaded, and how far they are known to be the right ones. */
export interface DownloadedWeights extends WeightSource {
  /** Whether the file's checksum was compared, and with what. */
  readonly trust: Trust;
}

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
  options: DownloadWeightsOptions,
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

async function wholeFile(weights: PublicWeights, cache: WeightCache | undefined, options: DownloadWeightsOptions) {
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
function rangesOf(
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

/**
 * Public weights by name (see {@link publicWeights}), or a file of your own described in the same way: downloaded once, checked
 * and kept in a cache.
 *
 * Downloads are repeated after network errors and go on from where they stopped. Of the large VGG files only the arrays that
 * are read are fetched, when they are read.
 *
 * @returns a source for `loadVgg`, `loadDecoder`, ...; its notes (`metadata`) tell the preprocessing and the licence
 * @throws WeightsError if the file cannot be fetched (says what to put where, to work offline), or is not the published one
 *
 * @example
 * ```ts
 * import { downloadWeights, encodeSafetensors } from 'pastiche/models';
 *
 * // A data: URL stands for a server here; use downloadWeights('vgg19-torchvision') for the real thing.
 * const bytes = encodeSafetensors({ 'conv1_1.bias': { shape: [1], values: [7] } });
 * const url = `data:application/octet-stream;base64,${btoa(String.fromCharCode(...bytes))}`;
 * const source = await downloadWeights(
 *   { file: 'own.safetensors', url, format: 'safetensors', license: 'MIT', preprocessing: 'none', layers: ['conv1_1'] },
 *   { cache: null },
 * );
 * console.log([...(await source.read('conv1_1.bias')).values]); // => [7]
 * ```
 */
export async function downloadWeights(
  which: PublicWeightsName | PublicWeights,
  options: DownloadWeightsOptions = {},
): Promise<DownloadedWeights> {
  const { cache: given, onProgress, signal, ...http } = options;
  assertUrlOptions(where, http);
  signal?.throwIfAborted();
  if (typeof which === 'string') assertOneOf(where, 'name', which, Object.keys(publicWeights) as PublicWeightsName[]);
  const weights = typeof which === 'string' ? publicWeights[which] : which;
  assert(
    /^[\w-][\w.-]*$/.test(weights.file),
    () => `${where}: expected a file name of letters, digits, '.', '-' and '_'; got '${weights.file}'`,
    WeightsError,
  );
  const cache = given === undefined ? defaultCache() : (given ?? undefined);
  const whole = await wholeFile(weights, cache, options);
  const file = whole?.bytes ?? rangesOf(weights, cache, http, onProgress);
  const source: WeightSource = weights.format === 'torch' ? torchCheckpoint(file) : safetensors(file);
  const { license, preprocessing, url } = weights;
  return {
    ...source,
    description: weights.file,
    trust: whole?.trust ?? 'unchecked',
    metadata: async (readOptions) => ({
      ...(await source.metadata?.(readOptions)),
      preprocessing,
      license,
      source: url,
    }),
  };
}
