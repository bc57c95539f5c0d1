import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { largestDivisor } from '../internal/largestDivisor.js';

/** What to read back, by name: partial sums per row, `[rows]` or `[k, rows]`, and values as they are. */
export interface Measured<K extends string> {
  readonly sums: Partial<Record<K, Tensor | undefined>>;
  readonly values: Partial<Record<K, Tensor | undefined>>;
}

/** Many small tensors in one, and the way back from its numbers. */
export interface Packed<K extends string> {
  /** The caller owns it. */
  readonly tensor: Tensor1D;
  /** The numbers by name; none for a name that was not measured. */
  readonly unpack: (data: ArrayLike<number>) => (name: K) => number[];
}

const mostGroups = 32;

/**
 * Packs what `measure` computes for a single readback. Rows are added up in at most 32 groups on the device, and the groups in
 * float64 on the host. Runs in a tidy.
 */
export function pack<K extends string>(rows: number, measure: () => Measured<K>): Packed<K> {
  const groups = largestDivisor(rows, mostGroups);
  const contents: { name: K; count: number; summed: boolean }[] = [];
  const collect = <V>(named: Partial<Record<K, V | undefined>>, count: (value: V) => number, summed: boolean): V[] =>
    (Object.entries(named) as [K, V | undefined][]).flatMap(([name, value]) => {
      if (value === undefined) return [];
      contents.push({ name, count: count(value), summed });
      return [value];
    });
  const tensor = tf.tidy(() => {
    const { sums, values } = measure();
    const partial = tf.concat(
      collect(sums, ({ size }: Tensor) => size / rows, true).map((t) => tf.reshape<tf.Rank.R2>(t, [-1, rows])),
    );
    const grouped: Tensor = tf.sum(tf.reshape(partial, [-1, groups, rows / groups]), 2);
    return tf.concat(
      [grouped, ...collect(values, ({ size }: Tensor) => size, false)].map((t) => tf.reshape<tf.Rank.R1>(t, [t.size])),
    );
  });
  const unpack = (data: ArrayLike<number>): ((name: K) => number[]) => {
    let at = 0;
    const take = (count: number): number => {
      let sum = 0;
      for (const end = at + count; at < end; at++) sum += data[at]!;
      return sum;
    };
    const numbers = new Map<K, number[]>();
    for (const { name, count, summed } of contents) {
      numbers.set(
        name,
        Array.from({ length: count }, () => take(summed ? groups : 1)),
      );
    }
    return (name) => numbers.get(name) ?? [];
  };
  return { tensor, unpack };
}
