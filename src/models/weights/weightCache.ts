import { WeightsError } from '../../errors.js';

/** Keeps downloaded files. Keys are names of files: letters, digits, `.`, `-` and `_`. */
export interface WeightCache {
  /** For messages: where the files are, such as a folder. */
  readonly description: string;
  /** The file, or undefined where there is none of that name. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Keeps a file. Must be atomic: a file that is half written must never be seen. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Forgets a file; no error where there is none. */
  delete(key: string): Promise<void>;
}

const hasCaches = (): boolean => typeof caches !== 'undefined';

/**
 * Keeps downloaded weights in the browser's Cache API, which pages and workers of one origin share.
 *
 * @param name - of the cache. @defaultValue `'pastiche-weights'`
 * @throws WeightsError where there is no Cache API: outside browsers, and on pages that are neither https nor localhost
 */
export function browserCache(name = 'pastiche-weights'): WeightCache {
  if (!hasCaches())
    throw new WeightsError('browserCache: expected a browser with the Cache API (https or localhost); got none');
  // The Cache API wants addresses; this one is never fetched.
  const address = (key: string): string => `https://pastiche.invalid/${encodeURIComponent(key)}`;
  return {
    description: `the browser's cache '${name}'`,
    async get(key) {
      const response = await (await caches.open(name)).match(address(key));
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async put(key, bytes) {
      await (await caches.open(name)).put(address(key), new Response(new Uint8Array(bytes)));
    },
    async delete(key) {
      await (await caches.open(name)).delete(address(key));
    },
  };
}

/** The cache that is used where the user names none. */
export const defaultCache = (): WeightCache | undefined => (hasCaches() ? browserCache() : undefined);
