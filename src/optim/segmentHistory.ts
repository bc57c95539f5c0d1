import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { History } from './history.js';

/** Rows s, y, s, y, ... in one tensor `[rows, 2 pairs, columns]`. */
interface Segment {
  readonly tensor: Tensor3D;
  readonly pairs: number;
}

/** How many pairs of vectors of `size` elements a segment holds. */
export const pairsPerSegment = (size: number, segmentBytes: number, capacity: number): number =>
  Math.min(capacity, Math.max(1, Math.floor(segmentBytes / (8 * size))));

/**
 * Many pairs in one tensor, so that a GPU needs one launch for all their dot products and one for their combination. Expired
 * pairs stay, with coefficient 0, until their whole segment has expired.
 */
export function segmentHistory(capacity: number, perSegment: number, owned: OwnedTensors): History {
  let segments: Segment[] = [];
  let expired = 0;
  const total = (): number => segments.reduce((sum, { pairs }) => sum + pairs, 0);
  const alive = <T>(values: readonly T[]): T[] => values.slice(expired);
  return {
    products: (gradient, gradDiff) =>
      segments.length === 0
        ? undefined
        : tf.tidy(() => {
            const both = tf.stack([gradient, gradDiff], 1);
            // [rows, 2 pairs, 2] to [4 pairs, rows]
            return tf.concat(
              segments.map(({ tensor, pairs }) =>
                tf.transpose(tf.reshape(tf.matMul(tensor, both, false, true), [-1, 4 * pairs])),
              ),
            );
          }),
    read(sums) {
      const every = (offset: number): number[] => alive(sums.filter((_, i) => i % 4 === offset));
      return {
        xDiffGradient: every(0),
        xDiffGradDiff: every(1),
        gradDiffGradient: every(2),
        gradDiffGradDiff: every(3),
      };
    },
    combine: (gradient, coefficients) =>
      tf.tidy(() => {
        const interleaved = coefficients.xDiff.flatMap((value, i) => [value, coefficients.gradDiff[i]!]);
        const all = [...new Array<number>(2 * expired).fill(0), ...interleaved];
        let sum: Tensor2D = tf.mul(gradient, coefficients.gradient);
        let at = 0;
        for (const { tensor, pairs } of segments) {
          const row = tf.tensor3d(all.slice(at, at + 2 * pairs), [1, 1, 2 * pairs]);
          at += 2 * pairs;
          const before = sum;
          sum = tf.tidy(() => tf.add(before, tf.reshape(tf.matMul(row, tensor), before.shape)));
          before.dispose();
        }
        return sum;
      }),
    push({ xDiff, gradDiff }) {
      const newest = segments.at(-1);
      const open = newest !== undefined && newest.pairs < perSegment ? newest : undefined;
      const tensor = owned.own(
        tf.tidy(() => {
          const added = tf.stack([xDiff, gradDiff], 1) as Tensor3D;
          return open === undefined ? added : tf.concat([open.tensor, added], 1);
        }),
      );
      owned.dispose(xDiff, gradDiff);
      if (open !== undefined) owned.dispose(segments.pop()!.tensor);
      segments.push({ tensor, pairs: (open?.pairs ?? 0) + 1 });
      expired = Math.max(0, total() - capacity);
      if (expired >= segments[0]!.pairs) {
        const oldest = segments.shift()!;
        owned.dispose(oldest.tensor);
        expired -= oldest.pairs;
      }
    },
    pairs() {
      const vectors = segments.flatMap(({ tensor }) => tf.unstack(tensor, 1) as Tensor2D[]);
      tf.dispose(vectors.splice(0, 2 * expired));
      return Array.from({ length: vectors.length / 2 }, (_, i) => ({
        xDiff: vectors[2 * i]!,
        gradDiff: vectors[2 * i + 1]!,
      }));
    },
    clear() {
      for (const { tensor } of segments) owned.dispose(tensor);
      segments = [];
      expired = 0;
    },
  };
}
