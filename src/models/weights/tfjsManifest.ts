import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { bytesOf } from '../../internal/bytesOf.js';
import { once } from './once.js';
import type { RangeReader } from './rangeReader.js';
import { listNames } from './shape.js';
import { readAcross } from './shards.js';
import type { ReadOptions, WeightSource } from './source.js';
import { parseWeightsManifest } from './tfjsWeights.js';
import { assertNothingFetched, assertUrlOptions, type UrlOptions } from './urlOptions.js';
import { urlReader } from './urlReader.js';
import { wholeReader } from './wholeReader.js';

const MAX_JSON = 100_000_000;

export interface TfjsManifestOptions extends UrlOptions {
  /** Reads a shard by its path in the manifest. @defaultValue fetches it from beside the model.json */
  readonly readShard?: ((path: string, options: ReadOptions) => Promise<Uint8Array | ArrayBuffer>) | undefined;
}

/**
 * The weights of a TensorFlow.js model (layers-model or graph-model): a `model.json` and the shard files beside it.
 *
 * Only shards with weights that are asked for are read. Quantised weights (uint8, uint16, float16) are restored. Kernels are in
 * the order `[h, w, in, out]`; names are those of the manifest, such as `block1_conv1/kernel` or `block1_conv1_W_1:0`.
 *
 * @param model - the URL of the model.json, or its parsed content; the latter needs `readShard`
 * @throws StyleError for an option of URLs beside a parsed model; WeightsError, from `entries` and `read`; a missing shard is an error only when a weight in it is asked for
 *
 * @example
 * ```ts
 * import { tfjsManifest } from 'pastiche/models';
 *
 * const weights = [{ name: 'conv/bias', shape: [2], dtype: 'float32' }];
 * const model = { weightsManifest: [{ paths: ['group1-shard1of1'], weights }] };
 * const source = tfjsManifest(model, { readShard: async () => new Float32Array([1, 2]).buffer });
 * console.log([...(await source.read('conv/bias')).values]); // => [1, 2]
 * ```
 */
export function tfjsManifest(model: string | URL | object, options: TfjsManifestOptions = {}): WeightSource {
  const { readShard, ...url } = options;
  assertUrlOptions('tfjsManifest', url);
  const file = typeof model === 'string' || model instanceof URL ? urlReader(model, url) : undefined;
  const description = file?.description ?? 'model.json';
  const where = `tfjsManifest: ${description}`;
  assert(
    file !== undefined || readShard !== undefined,
    () => `${where}: expected the option readShard beside a parsed model.json; got none`,
    WeightsError,
  );
  if (file === undefined) assertNothingFetched('tfjsManifest', 'a parsed model.json', url);

  async function load(path: string, readOptions: ReadOptions): Promise<Uint8Array> {
    try {
      const shard: unknown = await readShard!(path, readOptions);
      const bytes = bytesOf(shard);
      if (bytes !== undefined) return bytes;
      throw new WeightsError(`expected a Uint8Array or an ArrayBuffer; got ${show(shard)}`);
    } catch (error) {
      readOptions.signal?.throwIfAborted();
      throw new WeightsError(`${where}: shard ${show(path)} could not be read: ${String(error)}`, { cause: error });
    }
  }

  /** A shard stands beside the model.json and is fetched with the same query (a signature, say). */
  function shardUrl(path: string): URL {
    const base = new URL(file!.description, typeof location === 'undefined' ? undefined : location.href);
    const url = new URL(path.split('/').map(encodeURIComponent).join('/'), base);
    url.search = base.search;
    return url;
  }

  async function readJson(signal?: AbortSignal): Promise<unknown> {
    if (file === undefined) return model;
    const size = await file.size({ signal });
    assert(size <= MAX_JSON, () => `${where}: expected at most ${MAX_JSON} bytes; got ${size}`, WeightsError);
    try {
      return JSON.parse(new TextDecoder().decode(await file.read(0, size, { signal }))) as unknown;
    } catch (error) {
      if (error instanceof WeightsError || signal?.aborted) throw error;
      throw new WeightsError(`${where}: expected JSON; got ${String(error)}`, { cause: error });
    }
  }

  const open = once(async (signal) => {
    const { groups, weights } = parseWeightsManifest(where, await readJson(signal));
    const openShard = (path: string): RangeReader =>
      readShard ? wholeReader(path, (readOptions) => load(path, readOptions)) : urlReader(shardUrl(path), options);
    return { weights, groups: groups.map(({ paths, bytes }) => ({ bytes, shards: paths.map(openShard) })) };
  });

  return {
    kernelLayout: 'HWIO',
    description,
    entries: async ({ signal } = {}) => (await open(signal)).weights,
    async read(name, readOptions = {}) {
      const { weights, groups } = await open(readOptions.signal);
      const weight = weights.get(name);
      if (weight === undefined)
        throw new WeightsError(`${where}: expected one of ${listNames(weights.keys())}; got ${show(name)}`);
      const { shape, begin, end, decode } = weight;
      const { shards, bytes } = groups[weight.group]!;
      return { shape, values: decode(await readAcross(where, shards, begin, end, bytes, readOptions)) };
    },
  };
}
