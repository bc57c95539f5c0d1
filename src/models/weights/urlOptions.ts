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

/** See {@link UrlOptions.maxBytes}. */
export const usualMaxBytes = 2 ** 30;
