import { WeightsError } from '../../errors.js';
import { assert } from '../../internal/assert.js';
import { concatenate } from './concatenate.js';
import { chunksOf, contentRange, get, statedLength } from './http.js';
import { once } from './once.js';
import { assertRange, type RangeReader } from './rangeReader.js';
import { Transient, withRetries } from './retries.js';
import { assertUrl, assertUrlOptions, type UrlOptions, usualMaxBytes } from './urlOptions.js';

/** The first request fetches so much: enough for the header of most files. */
const FIRST = 64 * 1024;

interface Answer {
  bytes: Uint8Array;
  /** The size of the whole file; undefined where the server does not let us see it. */
  total: number | undefined;
  /** Whether `bytes` are the whole file. */
  whole: boolean;
}

async function body(url: string, response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(url, response, limit)) chunks.push(chunk);
  return concatenate(chunks);
}

/**
 * Reads a URL by HTTP range requests, so that only what is asked for crosses the network. A server that ignores ranges
 * (status 200) sends the whole file once, which is then kept.
 */
export function urlReader(address: string | URL, options: UrlOptions = {}): RangeReader {
  const url = assertUrl('urlReader', address);
  assertUrlOptions('urlReader', options);
  const { maxBytes = usualMaxBytes } = options;

  async function attempt(range: [first: number, last: number] | undefined, signal?: AbortSignal): Promise<Answer> {
    const response = await get(url, range, options, signal);
    if (response.status === 200 || range === undefined) {
      const bytes = await body(url, response, maxBytes);
      const stated = statedLength(response);
      if (stated !== undefined && stated !== bytes.length)
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

  const request = (range: [first: number, last: number] | undefined, signal?: AbortSignal): Promise<Answer> =>
    withRetries(url, options, signal, () => attempt(range, signal));

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
