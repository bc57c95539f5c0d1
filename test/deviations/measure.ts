import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { tolerance } from '../_setup/compare';
import type { Numbers } from './reference/arrays';

declare module 'vitest' {
  interface TaskMeta {
    /** What `npm run deviations` collects: the largest deviation of a primitive on the backend of its project. */
    deviation?: number;
  }
}

/** What a backend computed, and what it should have. */
export type Pair = readonly [actual: tf.Tensor | Numbers, expected: Numbers];

/** The largest difference, as a share of the largest number that should be there. Frees the tensor. */
async function largestDeviation([actual, expected]: Pair): Promise<number> {
  const values = actual instanceof tf.Tensor ? await actual.data<'float32'>() : actual;
  if (actual instanceof tf.Tensor) actual.dispose();
  expect(values.length).toBe(expected.length);
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    // A NaN stays: it is no deviation that could be smaller than anything.
    difference = Math.max(difference, Math.abs(values[i]! - expected[i]!));
    size = Math.max(size, Math.abs(expected[i]!));
  }
  return difference / size;
}

/** A row of the table: the largest deviation over some computations. Fails where the tests of the library would. */
export function deviation(primitive: string, compute: () => Promise<Pair[]> | Pair[], factor = 1): void {
  test(primitive, async ({ task }) => {
    const found: number[] = [];
    for (const pair of await compute()) found.push(await largestDeviation(pair));
    const worst = Math.max(...found);
    task.meta.deviation = worst;
    expect(worst).toBeLessThan(factor * tolerance());
  });
}
