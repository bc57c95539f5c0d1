import { WeightsError } from '../../errors.js';
import { assert, assertOneOf } from '../../internal/assert.js';
import type { DownloadOptions } from './download.js';
import type { Trust } from './integrity.js';
import { rangesOf, wholeFile } from './publicFile.js';
import { publicWeights, type PublicWeights, type PublicWeightsName } from './publicWeights.js';
import { assertUrlOptions } from './urlOptions.js';
import { safetensors } from './safetensors.js';
import type { WeightSource } from './source.js';
import { torchCheckpoint } from './torchCheckpoint.js';
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
