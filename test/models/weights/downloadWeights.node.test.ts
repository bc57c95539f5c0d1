import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decoderCandidates,
  downloadWeights,
  encodeSafetensors,
  encoderCandidates,
  publicWeights,
  readConvolution,
  type DownloadProgress,
  type PublicWeights,
  type PublicWeightsName,
  type WeightCache,
} from '../../../src/models/weights/index.js';
import { expectWeightsError } from './_build.js';
import { dataFile, hasData } from './_data.js';
import { sendRange, serve } from './_server.js';

const values = Float32Array.from({ length: 100_000 }, (_, i) => i);
const file = encodeSafetensors({ big: { shape: [100_000], values }, small: { shape: [2], values: [1, 2] } });
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

function memoryCache(): WeightCache & { files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    description: 'the test cache',
    get: (key) => Promise.resolve(files.get(key)),
    put: (key, bytes) => Promise.resolve(void files.set(key, bytes)),
    delete: (key) => Promise.resolve(void files.delete(key)),
  };
}

const own = (url: string, more: Partial<PublicWeights> = {}): PublicWeights => ({
  ...{ file: 'own.safetensors', url, format: 'safetensors', license: 'MIT', preprocessing: 'none', layers: [] },
  ...more,
});
const published = (url: string): PublicWeights => own(url, { sha256: hash(file), bytes: file.length });
const quick = { retryDelay: 1 };

describe('downloadWeights(weights, { cache })', () => {
  it('downloads a file once, checks it, and says how far it is to be trusted', () =>
    serve(
      (request, response) => sendRange(file, request, response),
      async (url, requests) => {
        const cache = memoryCache();
        for (let i = 0; i < 2; i++) {
          const source = await downloadWeights(published(url), { cache });
          expect([...(await source.read('small')).values]).toEqual([1, 2]);
          expect(source.trust).toBe('checksum');
          expect(await source.metadata?.()).toEqual({ preprocessing: 'none', license: 'MIT', source: url });
        }
        expect(requests).toHaveLength(1);
        expect([...cache.files.keys()]).toEqual(['own.safetensors']);
      },
    ));

  it('reports progress up to the whole', () =>
    serve(
      (request, response) => sendRange(file, request, response),
      async (url) => {
        const steps: DownloadProgress[] = [];
        await downloadWeights(published(url), { cache: null, onProgress: (step) => steps.push(step) });
        expect(steps.length).toBeGreaterThan(1);
        expect(steps.at(-1)).toEqual({ url, loadedBytes: file.length, totalBytes: file.length });
        expect(steps.every((step, i) => i === 0 || step.loadedBytes > steps[i - 1]!.loadedBytes)).toBe(true);
      },
    ));

  it('refuses a file that is not the published one, and keeps nothing of it', () =>
    serve(
      (_, response) => response.end(file),
      async (url) => {
        const cache = memoryCache();
        await expectWeightsError(
          () => downloadWeights(own(url, { sha256: '0'.repeat(64) }), { cache }),
          /own\.safetensors: expected SHA-256 0000.*got [0-9a-f]{64}/,
        );
        await expectWeightsError(() => downloadWeights(own(url, { bytes: 5 }), { cache }), /expected 5 bytes; got \d+/);
        expect(cache.files.size).toBe(0);
      },
    ));

  it('fetches again what is damaged in the cache', () =>
    serve(
      (_, response) => response.end(file),
      async (url, requests) => {
        const cache = memoryCache();
        cache.files.set('own.safetensors', file.slice().fill(7, 100, 200));
        await downloadWeights(published(url), { cache });
        expect(requests).toHaveLength(1);
        expect(hash(cache.files.get('own.safetensors')!)).toBe(hash(file));
      },
    ));

  it('trusts a file without a checksum on first use, and refuses another one later', async () => {
    const cache = memoryCache();
    await serve(
      (_, response) => response.end(file),
      async (url) => {
        expect((await downloadWeights(own(url), { cache })).trust).toBe('first-use');
        expect((await downloadWeights(own(url), { cache: null })).trust).toBe('unchecked');
      },
    );
    expect(text(cache.files.get('own.safetensors.sha256'))).toBe(hash(file));
    cache.files.delete('own.safetensors');
    const other = encodeSafetensors({ small: { shape: [1], values: [6] } });
    await serve(
      (_, response) => response.end(other),
      (url) =>
        expectWeightsError(
          () => downloadWeights(own(url), { cache }),
          /as at the first download.*delete own\.safetensors\.sha256 from the test cache/,
        ),
    );
  });

  it('uses a file that was put into the cache by hand, without a network', async () => {
    const cache = memoryCache();
    cache.files.set('own.safetensors', file);
    for (const access of ['file', 'arrays'] as const) {
      const source = await downloadWeights({ ...published('https://unreachable.invalid/x'), access }, { cache });
      expect([...(await source.read('small')).values]).toEqual([1, 2]);
      expect(source.trust).toBe('checksum');
    }
  });

  it('without a network says which file to put where', async () => {
    const offline = { fetch: () => Promise.reject(new TypeError('fetch failed')), retries: 0 };
    const url = 'https://example.org/model.pth';
    await expectWeightsError(
      () => downloadWeights(own(url), { ...offline, cache: memoryCache() }),
      /could not be fetched: TypeError: fetch failed\. To work without a network, put https:\/\/example\.org\/model\.pth into the test cache as own\.safetensors/,
    );
    await expectWeightsError(
      () => downloadWeights(own(url), { ...offline, cache: null }),
      /into a cache \(option cache\) as own\.safetensors/,
    );
    const ranges = await downloadWeights(own(url, { access: 'arrays' }), { ...offline, cache: null });
    await expectWeightsError(() => ranges.read('small'), /To work without a network, put/);
  });

  it('goes on from where the connection broke', () =>
    serve(
      (request, response, count) => {
        if (count > 1) {
          sendOpenRange(file, request.headers.range, response);
          return;
        }
        response.writeHead(200, { 'Content-Length': file.length });
        response.write(file.subarray(0, 150_000));
        setTimeout(() => request.socket.destroy(), 50);
      },
      async (url, requests) => {
        const source = await downloadWeights(published(url), { ...quick, cache: null });
        expect((await source.read('big')).values.every((value, i) => value === i)).toBe(true);
        expect(requests).toEqual([undefined, 'bytes=150000-']);
      },
    ));

  it('starts over where the server does not go on', () =>
    serve(
      (request, response, count) => {
        response.writeHead(200, { 'Content-Length': file.length });
        if (count > 1) response.end(file);
        else {
          response.write(file.subarray(0, 150_000));
          setTimeout(() => request.socket.destroy(), 50);
        }
      },
      async (url) => {
        const source = await downloadWeights(published(url), { ...quick, cache: null });
        expect(source.trust).toBe('checksum');
      },
    ));

  it('keeps what has arrived after an abort, and goes on in the next call', async () => {
    const cache = memoryCache();
    const controller = new AbortController();
    await serve(
      (_, response) => {
        response.writeHead(200, { 'Content-Length': file.length });
        response.write(file.subarray(0, 150_000));
      },
      async (url) => {
        const onProgress = ({ loadedBytes }: DownloadProgress): void => {
          if (loadedBytes === 150_000) controller.abort(new Error('enough'));
        };
        await expect(downloadWeights(published(url), { cache, signal: controller.signal, onProgress })).rejects.toThrow(
          'enough',
        );
      },
    );
    expect(cache.files.get('own.safetensors.part')).toHaveLength(150_000);
    await serve(
      (request, response) => sendOpenRange(file, request.headers.range, response),
      async (url, requests) => {
        expect((await downloadWeights(published(url), { cache })).trust).toBe('checksum');
        expect(requests).toEqual(['bytes=150000-']);
      },
    );
    expect([...cache.files.keys()]).toEqual(['own.safetensors']);
  });

  it('starts over when what is left in the cache is longer than the file', () =>
    serve(
      (request, response) => sendOpenRange(file, request.headers.range, response),
      async (url) => {
        const cache = memoryCache();
        cache.files.set('own.safetensors.part', new Uint8Array(file.length + 5));
        expect((await downloadWeights(published(url), { ...quick, cache })).trust).toBe('checksum');
      },
    ));

  it('passes on what onProgress throws, without trying again', () =>
    serve(
      (_, response) => response.end(file),
      async (url, requests) => {
        const mine = new RangeError('mine');
        const onProgress = (): never => {
          throw mine;
        };
        await expect(downloadWeights(published(url), { cache: null, onProgress })).rejects.toBe(mine);
        expect(requests).toHaveLength(1);
      },
    ));

  it("with access: 'arrays' fetches and keeps only the arrays that are read", () =>
    serve(
      (request, response) => sendRange(file, request, response),
      async (url, requests) => {
        const cache = memoryCache();
        const weights = own(url, { access: 'arrays' });
        const read = async (): Promise<number[]> => [
          ...(await (await downloadWeights(weights, { cache })).read('small')).values,
        ];
        expect(await read()).toEqual([1, 2]);
        const [first, second] = requests;
        expect([first, second, requests.length]).toEqual(['bytes=0-65535', expect.stringMatching(/^bytes=400/), 2]);
        expect(await read()).toEqual([1, 2]);
        expect(requests).toHaveLength(2);
      },
    ));

  it('refuses unknown names, and file names that could leave a folder', async () => {
    await expect(downloadWeights('vgg20' as PublicWeightsName)).rejects.toThrow(
      /downloadWeights: name must be one of 'vgg16-torchvision'.*got 'vgg20'/,
    );
    await expectWeightsError(
      () => downloadWeights(own('https://example.org', { file: '../x' })),
      /expected a file name.*got '\.\.\/x'/,
    );
  });
});

describe.skipIf(!hasData)('downloadWeights(name) on the published files', () => {
  const names = (Object.keys(publicWeights) as PublicWeightsName[]).filter(
    (name) => name.startsWith('ust') && publicWeights[name].sha256,
  );

  it.each(names)('%s has the size, checksum and layers that the table states', async (name) => {
    const { layers, file: cached } = publicWeights[name];
    const cache = memoryCache();
    cache.files.set(cached, dataFile(cached));
    const source = await downloadWeights(name, {
      cache,
      fetch: () => Promise.reject(new Error('no network here')),
      retries: 0,
    });
    expect(source.trust).toBe('checksum');
    const level = Number(name.at(-1));
    const candidates = name.includes('encoder') ? encoderCandidates : decoderCandidates;
    let inputChannels: number | undefined = layers[0] === 'conv0' ? 3 : undefined;
    for (const layer of layers) {
      const { kernelShape } = await readConvolution(source, layer, candidates(level, layer), { inputChannels });
      inputChannels = kernelShape[3];
    }
  });
});

/** `bytes=N-`, as a resumed download asks for. */
function sendOpenRange(bytes: Uint8Array, header: string | undefined, response: Parameters<typeof sendRange>[2]): void {
  const first = Number(/^bytes=(\d+)-$/.exec(header ?? '')?.[1] ?? 0);
  if (header === undefined) response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
  else if (first >= bytes.length) response.writeHead(416).end();
  else
    response
      .writeHead(206, { 'Content-Range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` })
      .end(bytes.subarray(first));
}
