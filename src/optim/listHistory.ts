import * as tf from '@tensorflow/tfjs-core';
import { combination, rowDots } from '../internal/kernels/vectors.js';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { History, Pair } from './history.js';

/** Each vector in a tensor of its own: the fastest on cpu and wasm. */
export function listHistory(capacity: number, owned: OwnedTensors): History {
  let pairs: Pair[] = [];
  const drop = ({ xDiff, gradDiff }: Pair): void => {
    owned.dispose(xDiff, gradDiff);
  };
  return {
    products: (gradient) =>
      pairs.length === 0
        ? undefined
        : rowDots([
            ...pairs.map(({ xDiff }) => [xDiff, gradient] as const),
            ...pairs.map(({ gradDiff }) => [gradDiff, gradient] as const),
          ]),
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
    combine: (gradient, coefficients) =>
      combination(
        [gradient, ...pairs.flatMap(({ xDiff, gradDiff }) => [xDiff, gradDiff])],
        [coefficients.gradient, ...pairs.flatMap((_, i) => [coefficients.xDiff[i]!, coefficients.gradDiff[i]!])],
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
