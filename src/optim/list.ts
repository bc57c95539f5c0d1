import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { History, Pair } from './history.js';
import { rowDot } from './layout.js';

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
        : tf.tidy(() =>
            tf.stack([
              ...pairs.map(({ xDiff }) => rowDot(xDiff, gradient)),
              ...pairs.map(({ gradDiff }) => rowDot(gradDiff, gradient)),
            ]),
          ),
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
    combine(gradient, coefficients) {
      let sum: Tensor2D = tf.mul(gradient, coefficients.gradient);
      const add = (vector: Tensor2D, coefficient: number): void => {
        const before = sum;
        sum = tf.tidy(() => tf.add(before, tf.mul(vector, coefficient)));
        before.dispose();
      };
      pairs.forEach(({ xDiff, gradDiff }, i) => {
        add(xDiff, coefficients.xDiff[i]!);
        add(gradDiff, coefficients.gradDiff[i]!);
      });
      return sum;
    },
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
