import type { Tensor2D } from '@tensorflow/tfjs-core';
import { readBack } from '../internal/readBack.js';
import type { PointNumbers } from './evaluate.js';

/** The best point of a run where no loss of a GPU can reach it. */
export interface HostCopy {
  /** Copies the point, unless the last copy is younger than two seconds. */
  refresh(best: Tensor2D, numbers: PointNumbers): Promise<void>;
  /** The last copy. */
  newest(): { readonly values: Float32Array; readonly numbers: PointNumbers } | undefined;
}

/** Milliseconds between two copies: what a loss may cost, against a readback of the whole point. */
const interval = 2000;

/** `size`: the elements of the point without the padding of its rows. */
export function hostCopy(size: number): HostCopy {
  let copied = performance.now();
  let newest: ReturnType<HostCopy['newest']>;
  return {
    async refresh(best, numbers) {
      if (performance.now() - copied < interval) return;
      newest = { values: (await readBack('lbfgs', best)).slice(0, size), numbers };
      copied = performance.now();
    },
    newest: () => newest,
  };
}
