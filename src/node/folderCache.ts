import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { assert, show } from '../internal/assert.js';
import type { WeightCache } from '../models/weights/index.js';

/**
 * Keeps downloaded weights as files of a folder, which is made when the first one comes.
 *
 * @param folder - the path, such as `~/.cache/pastiche` with the home directory filled in
 *
 * @example
 * ```ts
 * import os from 'node:os';
 * import path from 'node:path';
 * import { folderCache } from 'pastiche/node';
 *
 * const cache = folderCache(path.join(os.tmpdir(), 'pastiche-cache'));
 * await cache.put('a.bin', Uint8Array.of(1, 2));
 * console.log(Array.from((await cache.get('a.bin'))!)); // => [1, 2]
 * console.log(await cache.get('b.bin')); // => undefined
 * ```
 */
export function folderCache(folder: string): WeightCache {
  assert(typeof folder === 'string' && folder !== '', () => `folderCache: folder must be a path; got ${show(folder)}`);
  const place = (key: string): string => {
    assert(
      /^[\w.-]+$/.test(key) && !/^\.+$/.test(key),
      () => `folderCache: key must be a file's name; got ${show(key)}`,
    );
    return path.join(folder, key);
  };
  return {
    description: folder,
    async get(key) {
      try {
        return new Uint8Array(await readFile(place(key)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async put(key, bytes) {
      const file = place(key);
      await mkdir(folder, { recursive: true });
      // Written beside it and then renamed: nobody ever sees half a file, nor do two writers mix.
      const draft = `${file}.${randomUUID()}`;
      try {
        await writeFile(draft, bytes);
        await rename(draft, file);
      } finally {
        await rm(draft, { force: true });
      }
    },
    async delete(key) {
      await rm(place(key), { force: true });
    },
  };
}
