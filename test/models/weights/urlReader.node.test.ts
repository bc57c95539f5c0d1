import { describe, expect, it } from 'vitest';
import { encodeSafetensors, safetensors, torchCheckpoint, urlReader } from '../../../src/models/weights/index.js';
import * as a from './_archives.js';
import { expectWeightsError } from './_build.js';
import { sendRange, serve } from './_server.js';

const LENGTH = 200_000;
const file = Uint8Array.from({ length: LENGTH }, (_, i) => (i * 31 + (i >> 8)) & 255);
const part = (from: number, to: number): Uint8Array => file.slice(from, to);
const quick = { retryDelay: 1 };
const range = (first: number, last: number, total: number | string = LENGTH): Record<string, string> => ({
  'Content-Range': `bytes ${first}-${last}/${total}`,
});

describe('urlReader(url)', () => {
  it('fetches only the ranges that are asked for', () =>
    serve(
      (request, response) => sendRange(file, request, response),
      async (url, requests) => {
        const reader = urlReader(url);
        expect(await reader.size()).toBe(LENGTH);
        expect(await reader.read(10, 20)).toEqual(part(10, 30));
        expect(await reader.read(150_000, 1000)).toEqual(part(150_000, 151_000));
        expect(await reader.read(LENGTH, 0)).toEqual(new Uint8Array(0));
        expect(requests).toEqual(['bytes=0-65535', 'bytes=150000-150999']);
      },
    ));

  it('shares the first request between concurrent reads', () =>
    serve(
      (request, response) => sendRange(file, request, response),
      async (url, requests) => {
        const reader = urlReader(url);
        await Promise.all([reader.size(), reader.read(0, 5), reader.read(100_000, 5)]);
        expect(requests).toEqual(['bytes=0-65535', 'bytes=100000-100004']);
      },
    ));

  it('keeps the whole file where the server ignores ranges', () =>
    serve(
      (_, response) => response.end(file),
      async (url, requests) => {
        const reader = urlReader(url);
        expect(await reader.read(150_000, 10)).toEqual(part(150_000, 150_010));
        expect(await reader.read(5, 10)).toEqual(part(5, 15));
        expect(requests).toHaveLength(1);
      },
    ));

  it('copes with a server that stops serving ranges half-way', () =>
    serve(
      (request, response, count) => (count === 1 ? sendRange(file, request, response) : response.end(file)),
      async (url, requests) => {
        const reader = urlReader(url);
        expect(await reader.read(150_000, 10)).toEqual(part(150_000, 150_010));
        expect(await reader.read(170_000, 10)).toEqual(part(170_000, 170_010));
        expect(requests).toHaveLength(2);
      },
    ));

  it('downloads the whole file where the size is hidden (another origin, no exposed headers)', () =>
    serve(
      (request, response) => {
        const last = 65535;
        if (request.headers.range === undefined) response.end(file);
        else response.writeHead(206).end(part(0, last + 1));
      },
      async (url) => expect(await urlReader(url).read(150_000, 10)).toEqual(part(150_000, 150_010)),
    ));

  it('follows redirects and sends the headers that it is given', () =>
    serve(
      (request, response) => {
        if (request.url === '/weights') response.writeHead(302, { Location: '/elsewhere' }).end();
        else if (request.headers['x-token'] === 'secret') sendRange(file, request, response);
        else response.writeHead(403).end();
      },
      async (url) => {
        expect(await urlReader(url, { headers: { 'X-Token': 'secret' } }).read(100_000, 3)).toEqual(
          part(100_000, 100_003),
        );
        await expectWeightsError(() => urlReader(url).size(), /200 or 206; got 403/);
      },
    ));

  it('tries again after a reset, a truncated answer and HTTP 503', () =>
    serve(
      (request, response, count) => {
        if (count === 1) request.socket.destroy();
        else if (count === 2) {
          response.writeHead(206, { ...range(0, 65535), 'Content-Length': 65536 }).write(part(0, 100));
          setTimeout(() => request.socket.destroy(), 20);
        } else if (count === 3) response.writeHead(503).end();
        else sendRange(file, request, response);
      },
      async (url, requests) => {
        expect(await urlReader(url, quick).read(3, 4)).toEqual(part(3, 7));
        expect(requests).toHaveLength(4);
      },
    ));

  it('gives up after the retries and says why', () =>
    serve(
      (request) => request.socket.destroy(),
      async (url, requests) => {
        await expectWeightsError(
          () => urlReader(url, { ...quick, retries: 2 }).size(),
          /could not be fetched: .*(closed|ECONNRESET|socket)/,
        );
        expect(requests).toHaveLength(3);
      },
    ));

  it.each([404, 416])('gives up at once on HTTP %i', (status) =>
    serve(
      (_, response) => response.writeHead(status).end('no'),
      async (url, requests) => {
        await expectWeightsError(
          () => urlReader(url, quick).size(),
          new RegExp(`expected HTTP status 200 or 206; got ${status} `),
        );
        expect(requests).toHaveLength(1);
      },
    ),
  );

  it('gives up on HTTP 500 after the retries', () =>
    serve(
      (_, response) => response.writeHead(500).end(),
      async (url, requests) => {
        await expectWeightsError(() => urlReader(url, { ...quick, retries: 1 }).size(), /got 500/);
        expect(requests).toHaveLength(2);
      },
    ));

  it.each([
    ['another start', range(5, 65535)],
    ['another end', range(0, 65530)],
    ['an end after the file', range(0, 65535, 100)],
    ['nonsense', { 'Content-Range': 'pages 1-2/3' }],
    ['a range that runs backwards', range(70000, 0)],
  ])('refuses a Content-Range with %s', (_, headers) =>
    serve(
      (__, response) => response.writeHead(206, headers).end(part(0, 65536)),
      async (url) => {
        await expectWeightsError(() => urlReader(url, quick).size(), /expected the bytes 0-65535; got Content-Range/);
      },
    ),
  );

  it('refuses an answer that is shorter or longer than its Content-Range', async () => {
    await serve(
      (_, response) => response.writeHead(206, range(0, 65535)).end(part(0, 65000)),
      (url) =>
        expectWeightsError(
          () => urlReader(url, { ...quick, retries: 1 }).size(),
          /expected 65536 bytes.*got 65000 \(truncated\)/,
        ),
    );
    await serve(
      (_, response) => response.writeHead(206, range(0, 65535)).end(file),
      (url) => expectWeightsError(() => urlReader(url, quick).size(), /at most 65536 bytes; the server sends more/),
    );
  });

  it('refuses a file that changes its size while it is read', () =>
    serve(
      (request, response, count) => sendRange(count === 1 ? file : part(0, 190_000), request, response),
      (url) => expectWeightsError(() => urlReader(url).read(150_000, 10), /200000 bytes; the file has 190000 now/),
    ));

  it('does not keep more than maxBytes from a server without ranges', () =>
    serve(
      (_, response) => response.end(file),
      (url) => expectWeightsError(() => urlReader(url, { maxBytes: 100_000 }).size(), /at most 100000 bytes/),
    ));

  it('refuses to read past the end without asking the server', () =>
    serve(
      (request, response) => sendRange(file, request, response),
      async (url, requests) => {
        await expectWeightsError(() => urlReader(url).read(LENGTH - 5, 10), /got a file of 200000 bytes/);
        expect(requests).toHaveLength(1);
      },
    ));

  it('stops at once when it is aborted, during a request and during a pause', async () => {
    await serve(
      () => undefined,
      async (url) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(new Error('enough')), 20);
        await expect(urlReader(url).size({ signal: controller.signal })).rejects.toThrow('enough');
      },
    );
    await serve(
      (request) => request.socket.destroy(),
      async (url) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(new Error('enough')), 50);
        const started = Date.now();
        await expect(urlReader(url, { retryDelay: 60_000 }).size({ signal: controller.signal })).rejects.toThrow(
          'enough',
        );
        expect(Date.now() - started).toBeLessThan(5000);
      },
    );
  });

  it("does not let one reader's abort fail another", () =>
    serve(
      (request, response, count) => setTimeout(() => sendRange(file, request, response), count === 1 ? 200 : 0),
      async (url) => {
        const reader = urlReader(url);
        const controller = new AbortController();
        const first = reader.size({ signal: controller.signal });
        const second = reader.size();
        controller.abort(new Error('enough'));
        await expect(first).rejects.toThrow('enough');
        expect(await second).toBe(LENGTH);
      },
    ));

  it("works with a fetch of one's own", async () => {
    const own: typeof fetch = () => Promise.resolve(new Response(file));
    expect(await urlReader('mine:weights', { fetch: own }).read(7, 3)).toEqual(part(7, 10));
  });
});

describe('safetensors(url)', () => {
  it('fetches the header and the arrays that are asked for, nothing else', () => {
    const big = { shape: [50_000], values: new Float32Array(50_000).fill(1) };
    const bytes = encodeSafetensors({ first: big, second: { shape: [2], values: [3, 4] }, third: big });
    return serve(
      (request, response) => sendRange(bytes, request, response),
      async (url, requests) => {
        const source = safetensors(url);
        expect([...(await source.read('second')).values]).toEqual([3, 4]);
        expect(source.description).toBe(url);
        expect(requests).toHaveLength(2);
        const [from, to] = /(\d+)-(\d+)/.exec(requests[1]!)!.slice(1).map(Number) as [number, number];
        expect(to - from + 1).toBe(8);
      },
    );
  });
});

describe('torchCheckpoint(url)', () => {
  const big = a.floats(...new Float32Array(50_000));
  const view = (key: string, length: number): a.Bytes => a.tensor({ key, length, shape: [length], strides: [1] });
  const object = a.pickle(a.dict({ big: view('0', 50_000), small: view('1', 2), last: view('2', 50_000) }));
  const storages = { 0: big, 1: a.floats(3, 4), 2: big };

  it.each([
    ['legacy', a.legacy(object, storages)],
    ['zip', a.zipped(object, storages)],
  ])('fetches the structure and the storages that are asked for, nothing else, %s', (_, bytes) =>
    serve(
      (request, response) => sendRange(bytes, request, response),
      async (url, requests) => {
        expect([...(await torchCheckpoint(url).read('small')).values]).toEqual([3, 4]);
        const lengths = requests.map((header) => {
          const [from, to] = /(\d+)-(\d+)/.exec(header!)!.slice(1).map(Number) as [number, number];
          return to - from + 1;
        });
        // The first piece, the end of the archive (at most 65577 bytes), and little else.
        expect(lengths.reduce((sum, length) => sum + length)).toBeLessThan(140_000);
      },
    ),
  );
});
