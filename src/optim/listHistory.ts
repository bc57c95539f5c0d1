import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { combination, rowDots } from '../internal/kernels/vectors.js';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { History, Pair } from './history.js';

/** Each vector in a tensor of its own: the fastest on cpu and wasm. */
export function listHistory(capacity: number, owned: OwnedTensors): History {
  let pairs: Pair[] = [];
  const drop = ({ xDiff, gradDiff }: Pair): void => {
    owned.dispose(xDiff, gradDiff);
  };
  const everyVector = (): Tensor2D[] => [...pairs.map(({ xDiff }) => xDiff), ...pairs.map(({ gradDiff }) => gradDiff)];
  return {
    products: (gradient) => (pairs.length === 0 ? undefined : rowDots(everyVector(), gradient)),
    read(sums, before) {
      const count = pairs.length;
      const xDiffGradient = sums.slice(0, count);
      const gradDiffGradient = sums.slice(count);
      return {
        xDiffGradient,
        gradDiffGradient,
        // Differences of products instead of products with the difference: half the work, and as accurate in practice.
        xDiffGradDiff: xDiffGradient.map((value, i) => value - before.xDiffGradient[i]!),
        gradDiffGradDiff: gradDiffGradient.map((value, i) => value - before.gradDiffGradient[i]!),
      };
    },
    combine: (gradient, { gradient: factor, xDiff, gradDiff }) =>
      combination(
        // From the last to the first, since what the products read last may still be in the processor's cache.
        [gradient, ...everyVector().reverse()],
        [factor, ...[...xDiff, ...gradDiff].reverse()],
      ),
    push(pair) {
      pairs.push({ xDiff: owned.own(pair.xDiff), gradDiff: owned.own(pair.gradDiff) });
      if (pairs.length > capacity) drop(pairs.shift()!);
    },
    pairs: () => pairs.map(({ xDiff, gradDiff }) => ({ xDiff: tf.clone(xDiff), gradDiff: tf.clone(gradDiff) })),
    clear() {
      pairs.forEach(drop);
      pairs = [];
    },
  };
}
