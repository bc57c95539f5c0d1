import { WeightsError } from '../../errors.js';
import { assert, assertNoOthers, show } from '../../internal/assert.js';

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

/** Every name must be known, whatever the file is read from. */
export function assertUrlOptions(where: string, options: UrlOptions): void {
  const { fetch, headers, retries, retryDelay, maxBytes, ...others } = options;
  assertNoOthers(where, others);
}

/** Options for fetching say nothing about a file that is not fetched. */
export function assertNothingFetched(where: string, file: string, options: UrlOptions): void {
  const given = Object.entries(options).find(([, value]) => value !== undefined);
  assert(given === undefined, () => `${where}: the option ${given![0]} belongs to a URL; got ${file}`);
}

/** Something that may well work when tried again. */
export class Transient extends WeightsError {}

/** HTTP 416: the file has no such range. */
export class Unsatisfiable extends WeightsError {}

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

/** The address as text, checked before anything is fetched. */
export function assertUrl(where: string, address: string | URL): string {
  const url = String(address);
  const base = typeof location === 'undefined' ? undefined : location.href;
  assert(
    URL.canParse(url, base),
    () => `${where}: expected a URL; got ${show(url)} (for a file on disk see pastiche/node)`,
    WeightsError,
  );
  return url;
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

/** Runs `attempt` until it succeeds, with growing pauses after failures that may pass. */
export async function withRetries<T>(
  url: string,
  { retries = 3, retryDelay = 500 }: UrlOptions,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
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
