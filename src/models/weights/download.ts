import { WeightsError } from '../../errors.js';
import { assert } from '../../internal/assert.js';
import { concatenate } from './concatenate.js';
import { chunksOf, contentRange, get, statedLength, Unsatisfiable } from './http.js';
import { Transient, withRetries } from './retries.js';
import type { ReadOptions } from './source.js';
import { assertUrl, type UrlOptions, usualMaxBytes } from './urlOptions.js';

/** How far a download has come. */
export interface DownloadProgress {
  /** What is being fetched. */
  readonly url: string;
  /** Bytes that have arrived. */
  readonly loadedBytes: number;
  /** Undefined where the server does not say. */
  readonly totalBytes: number | undefined;
}

/** How a file is fetched. */
export interface DownloadOptions extends UrlOptions, ReadOptions {
  /** Called after each piece that has arrived. What it throws ends the download. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** What an interrupted download has left, to go on from. */
export interface PartialDownload {
  chunks: Uint8Array[];
}

/**
 * Downloads a file. After an interruption it goes on from where it was, by a range request; where the server ignores that, from
 * the start. `partial` holds what has arrived, also after a failure.
 */
export async function download(
  address: string | URL,
  options: DownloadOptions = {},
  partial: PartialDownload = { chunks: [] },
): Promise<Uint8Array> {
  const url = assertUrl('download', address);
  const { signal, onProgress, maxBytes = usualMaxBytes } = options;
  let thrown: { error: unknown } | undefined;
  let total: number | undefined;

  /** What is left of an earlier download can be longer than the file. */
  function startOver(error: unknown): never {
    if (!(error instanceof Unsatisfiable) || partial.chunks.length === 0) throw error;
    partial.chunks = [];
    throw new Transient(error.message);
  }

  async function attempt(): Promise<void> {
    let loaded = partial.chunks.reduce((sum, { length }) => sum + length, 0);
    if (loaded > 0 && loaded === total) return;
    const response = await get(url, loaded > 0 ? [loaded, ''] : undefined, options, signal).catch(startOver);
    let length = statedLength(response);
    const header = response.headers.get('Content-Range');
    if (response.status === 200) [partial.chunks, loaded] = [[], 0];
    else if (header !== null) {
      const range = contentRange(url, header, loaded, Infinity);
      const changed = total !== undefined && range.total !== undefined && range.total !== total;
      assert(!changed, () => `${url}: the file has changed its size during the download`, WeightsError);
      length = range.length;
    }
    total = length === undefined ? undefined : loaded + length;
    assert(
      (total ?? 0) <= maxBytes,
      () => `${url}: expected at most ${maxBytes} bytes; got a file of ${String(total)}`,
      WeightsError,
    );
    for await (const chunk of chunksOf(url, response, length ?? maxBytes - loaded)) {
      partial.chunks.push(chunk);
      loaded += chunk.length;
      try {
        onProgress?.({ url, loadedBytes: loaded, totalBytes: total });
      } catch (error) {
        thrown = { error };
        throw new WeightsError(`${url}: onProgress failed`, { cause: error });
      }
    }
    if (total !== undefined && loaded < total)
      throw new Transient(`${url}: expected ${total} bytes; got ${loaded} (truncated)`);
  }

  try {
    await withRetries(url, options, signal, attempt);
  } catch (error) {
    throw thrown ? thrown.error : error;
  }
  return concatenate(partial.chunks);
}
