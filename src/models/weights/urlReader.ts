import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { once } from './once.js';
import { assertRange, type RangeReader } from './rangeReader.js';

/** How files are fetched. */
export interface UrlOptions {
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How often a request is repeated after a network error, a truncated answer or HTTP 408, 429, 5xx. @defaultValue 3 */
  readonly retries?: number | undefined;
  /** Pause before the first repetition in milliseconds; it doubles each time. @defaultValue 500 */
  readonly retryDelay?: number | undefined;
  /** Most bytes of one answer: of an array, or of the whole file from a server that knows no ranges. @defaultValue 2 ** 30 */
  readonly maxBytes?: number | undefined;
}

/** Something that may well work when tried again. */
class Transient extends WeightsError {}

/** The first request fetches so much: enough for the header of most files. */
const FIRST = 64 * 1024;

/** Waits, or rejects with the signal's reason. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The body, at most `limit` bytes of it: a longer one is an error, found before it is in memory. */
async function body(url: string, response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = response.body?.getReader();
  for (;;) {
    const step = await stream?.read();
    if (step?.value === undefined) break;
    length += step.value.length;
    if (length > limit) {
      await stream?.cancel();
      throw new WeightsError(`${url}: expected at most ${limit} bytes; the server sends more`);
    }
    chunks.push(step.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

interface Answer {
  bytes: Uint8Array;
  /** The size of the whole file; undefined where the server does not let us see it. */
  total: number | undefined;
  /** Whether `bytes` are the whole file. */
  whole: boolean;
}

/** Reads `bytes first-last/total` and compares it with what was asked for. */
function contentRange(url: string, header: string, first: number, last: number): { length: number; total?: number } {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(header.trim());
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  const total = match?.[3] === '*' ? undefined : Number(match?.[3]);
  const end = total === undefined ? to : Math.min(last, total - 1);
  assert(
    match !== null && from === first && to === end && to <= last && to >= from,
    () => `${url}: expected the bytes ${first}-${last}; got Content-Range '${header.slice(0, 80)}'`,
    WeightsError,
  );
  return { length: to - from + 1, ...(total === undefined ? {} : { total }) };
}

/**
 * Reads a URL by HTTP range requests, so that only what is asked for crosses the network. A server that ignores ranges
 * (status 200) sends the whole file once, which is then kept.
 */
export function urlReader(address: string | URL, options: UrlOptions = {}): RangeReader {
  const url = String(address);
  const { headers = {}, retries = 3, retryDelay = 500, maxBytes = 2 ** 30 } = options;
  const base = typeof location === 'undefined' ? undefined : location.href;
  assert(
    URL.canParse(url, base),
    () => `urlReader: expected a URL; got ${show(url)} (for a file on disk see pastiche/node)`,
    WeightsError,
  );

  async function attempt(range: [first: number, last: number] | undefined, signal?: AbortSignal): Promise<Answer> {
    const request: RequestInit = { headers: { ...headers, ...(range ? { Range: `bytes=${range.join('-')}` } : {}) } };
    const response = await (options.fetch ?? fetch)(url, signal ? { ...request, signal } : request);
    const { status } = response;
    if (status !== 200 && status !== 206) {
      await response.body?.cancel();
      const ErrorClass = status === 408 || status === 429 || status >= 500 ? Transient : WeightsError;
      throw new ErrorClass(`${url}: expected HTTP status 200 or 206; got ${status} ${response.statusText}`.trim());
    }
    if (status === 200 || range === undefined) {
      const bytes = await body(url, response, maxBytes);
      const stated = response.headers.get('Content-Encoding') ? null : response.headers.get('Content-Length');
      if (stated !== null && Number(stated) !== bytes.length)
        throw new Transient(`${url}: expected ${stated} bytes; got ${bytes.length} (truncated)`);
      return { bytes, total: bytes.length, whole: true };
    }
    const [first, last] = range;
    const asked = last - first + 1;
    const header = response.headers.get('Content-Range');
    if (header === null) {
      // Another origin may hide this header from a browser: then only the length can be checked.
      const bytes = await body(url, response, asked);
      const whole = first === 0 && bytes.length < asked;
      return { bytes, total: whole ? bytes.length : undefined, whole };
    }
    const { length, total } = contentRange(url, header, first, last);
    const bytes = await body(url, response, length);
    if (bytes.length !== length)
      throw new Transient(`${url}: expected ${length} bytes from ${first} on; got ${bytes.length} (truncated)`);
    return { bytes, total, whole: length === total };
  }

  async function request(range: [first: number, last: number] | undefined, signal?: AbortSignal): Promise<Answer> {
    for (let failures = 0; ; failures++) {
      try {
        return await attempt(range, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof WeightsError && !(error instanceof Transient)) throw error;
        if (failures >= retries) {
          if (error instanceof WeightsError) throw new WeightsError(error.message, { cause: error });
          const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
          throw new WeightsError(`${url}: could not be fetched: ${String(reason)}`, { cause: error });
        }
        await pause(retryDelay * 2 ** failures, signal);
      }
    }
  }

  /** The first bytes of the file, or all of them, and its size. */
  const start = once(async (signal) => {
    const first = await request([0, FIRST - 1], signal);
    return first.total === undefined ? request(undefined, signal) : first;
  });
  let kept: Uint8Array | undefined;

  return {
    description: url,
    async size({ signal } = {}) {
      return (await start(signal)).total!;
    },
    async read(offset, length, { signal } = {}) {
      const known = await start(signal);
      const { total = 0 } = known;
      assertRange(url, offset, length, total);
      const here = kept ?? known.bytes;
      if (length === 0 || offset + length <= here.length) return here.subarray(offset, offset + length);
      assert(
        length <= maxBytes,
        () => `${url}: expected at most ${maxBytes} bytes at once; got ${length}`,
        WeightsError,
      );
      const answer = await request([offset, offset + length - 1], signal);
      assert(
        answer.total === undefined || answer.total === total,
        () => `${url}: expected ${total} bytes; the file has ${String(answer.total)} now: it changed while it was read`,
        WeightsError,
      );
      if (answer.whole && answer.bytes.length === total) {
        kept = answer.bytes;
        return kept.subarray(offset, offset + length);
      }
      assert(
        answer.bytes.length === length,
        () => `${url}: expected ${length} bytes from ${offset} on; got ${answer.bytes.length}`,
        WeightsError,
      );
      return answer.bytes;
    },
  };
}
