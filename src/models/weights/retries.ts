import { WeightsError } from '../../errors.js';
import type { UrlOptions } from './urlOptions.js';

/** Something that may well work when tried again. */
export class Transient extends WeightsError {}

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
