/**
 * Runs `load` until it has succeeded once; every later call gets the same result. Concurrent calls share one run, but the
 * failure of one caller's run (its abort, say) does not fail the others: they start over.
 */
export function once<T>(load: (signal?: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let shared: Promise<T> | undefined;
  return async (signal) => {
    for (;;) {
      signal?.throwIfAborted();
      const mine = shared === undefined;
      const run = (shared ??= load(signal));
      try {
        const result = await run;
        signal?.throwIfAborted();
        return result;
      } catch (error) {
        if (shared === run) shared = undefined;
        if (mine) throw error;
      }
    }
  };
}
