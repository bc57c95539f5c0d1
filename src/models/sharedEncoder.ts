import type { Encoder } from './encoder.js';
import type { ReadOptions } from './weights/index.js';

/** An encoder that several levels may share: read for the first, freed with the last. */
export interface SharedEncoder {
  /** Loads the encoder, unless it is loaded. Whoever has acquired it calls `release` once. */
  acquire(read: ReadOptions): Promise<{ encoder: Encoder; release: () => void }>;
}

/** See {@link SharedEncoder}. */
export function sharedEncoder(open: (read: ReadOptions) => Promise<Encoder>): SharedEncoder {
  let users = 0;
  let pending: Promise<Encoder> | undefined;
  return {
    async acquire(read) {
      pending ??= open(read);
      const encoder = await pending.catch((error: unknown) => {
        pending = undefined;
        throw error;
      });
      users += 1;
      const release = (): void => {
        users -= 1;
        if (users > 0) return;
        pending = undefined;
        encoder.network.dispose();
      };
      return { encoder, release };
    },
  };
}
