import { WeightsError } from '../../errors.js';
import { assert } from '../../internal/assert.js';
import { Transient } from './retries.js';
import type { UrlOptions } from './urlOptions.js';

/** HTTP 416: the file has no such range. */
export class Unsatisfiable extends WeightsError {}

/** Reads `bytes first-last/total` and compares it with what was asked for. */
export function contentRange(
  url: string,
  header: string,
  first: number,
  last: number,
): { length: number; total?: number } {
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

/** One request, for the bytes from `first` to `last` where given. Any status but 200 and 206 is an error. */
export async function get(
  url: string,
  range: readonly [first: number, last: number | ''] | undefined,
  options: UrlOptions,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers = { ...options.headers, ...(range ? { Range: `bytes=${range.join('-')}` } : {}) };
  const response = await (options.fetch ?? fetch)(url, signal ? { headers, signal } : { headers });
  const { status } = response;
  if (status === 200 || status === 206) return response;
  await response.body?.cancel();
  const mayPass = status === 408 || status === 429 || status >= 500;
  const ErrorClass = mayPass ? Transient : status === 416 ? Unsatisfiable : WeightsError;
  throw new ErrorClass(`${url}: expected HTTP status 200 or 206; got ${status} ${response.statusText}`.trim());
}

/** The bytes that a server says it sends; undefined where it does not say, or has compressed them. */
export function statedLength({ headers }: Response): number | undefined {
  const length = headers.get('Content-Encoding') === null ? headers.get('Content-Length') : null;
  return length === null ? undefined : Number(length);
}

/** Hands out the chunks of a body; stops at the first byte after `limit`. */
export async function* chunksOf(url: string, response: Response, limit: number): AsyncGenerator<Uint8Array, void> {
  const stream = response.body?.getReader();
  let length = 0;
  try {
    for (;;) {
      const step = await stream?.read();
      if (step?.value === undefined) return;
      length += step.value.length;
      if (length > limit) throw new WeightsError(`${url}: expected at most ${limit} bytes; the server sends more`);
      yield step.value;
    }
  } finally {
    stream?.cancel().catch(() => undefined);
  }
}
