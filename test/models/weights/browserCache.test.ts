import { afterEach, describe, expect, it, vi } from 'vitest';
import { browserCache } from '../../../src/models/weights/index.js';

const inBrowser = typeof caches !== 'undefined';

/** As much of the Cache API as is needed, for Node. */
function fakeCaches(): Pick<CacheStorage, 'open'> {
  const stores = new Map<string, Map<string, Response>>();
  return {
    open: (name) => {
      const store = stores.get(name) ?? new Map<string, Response>();
      stores.set(name, store);
      return Promise.resolve({
        match: (key: string) => Promise.resolve(store.get(new URL(key).href)?.clone()),
        put: (key: string, response: Response) => Promise.resolve(void store.set(new URL(key).href, response)),
        delete: (key: string) => Promise.resolve(store.delete(new URL(key).href)),
      } as unknown as Cache);
    },
  };
}

describe('browserCache(name)', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('keeps, returns and deletes files, apart by name and by cache', async () => {
    if (!inBrowser) vi.stubGlobal('caches', fakeCaches());
    const cache = browserCache('pastiche-test');
    const bytes = Uint8Array.of(1, 2, 3);
    await cache.delete('a.bin');
    expect(await cache.get('a.bin')).toBeUndefined();
    await cache.put('a.bin', bytes);
    bytes.fill(0);
    expect(await cache.get('a.bin')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await cache.get('b.bin')).toBeUndefined();
    expect(await browserCache('pastiche-other').get('a.bin')).toBeUndefined();
    await cache.delete('a.bin');
    expect(await cache.get('a.bin')).toBeUndefined();
  });

  it.skipIf(inBrowser)('says where there is no Cache API', () => {
    expect(() => browserCache()).toThrow(/browserCache: expected a browser with the Cache API/);
  });
});
