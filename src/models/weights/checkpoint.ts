import type { PickleValue } from './pickleValue.js';
import type { ReadOptions } from './source.js';
import type { Storage } from './tensorView.js';

/** A checkpoint that is open. */
export interface Checkpoint {
  readonly root: PickleValue;
  /** The bytes of a storage, exactly as many as it needs. */
  readonly readStorage: (storage: Storage, options: ReadOptions) => Promise<Uint8Array>;
}

/** Most bytes of a checkpoint besides its numbers. */
export const MAX_PICKLE = 2 ** 25;
