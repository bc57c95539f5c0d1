import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { assert, show } from '../internal/assert.js';
import { readBack } from '../internal/readBack.js';
import type { PointNumbers } from './evaluate.js';
import type { Pair } from './history.js';
import type { Layout } from './layout.js';
import type { PairProducts } from './pairProducts.js';

/** Everything about a run that is a number. Plain data. */
export interface Progress {
  readonly iterations: number;
  readonly evaluations: number;
  readonly resets: number;
  readonly skippedPairs: number;
  /** Steps in a row that changed the loss by no more than `toleranceLoss`. */
  readonly stalled: number;
  /** The largest change of one value in the last step. */
  readonly lastMove: number;
  readonly penaltyWeight: number;
  readonly lossHistory: readonly number[];
  readonly point: PointNumbers;
  readonly best: PointNumbers;
  readonly products: PairProducts;
}

/**
 * A run of `lbfgs` between two steps, as plain data: it survives `structuredClone`, `postMessage` and IndexedDB. Given to `lbfgs`
 * in place of the start, with the same objective and options, the run goes on as if it had not stopped; on the cpu backend bit
 * by bit.
 */
export interface LbfgsSnapshot {
  /** Of the format. */
  readonly version: 1;
  /** The shape of `x`. */
  readonly shape: readonly number[];
  /** The point reached, before it is clipped to any bounds. */
  readonly x: Float32Array;
  /** The gradient there. */
  readonly gradient: Float32Array;
  /** The point of lowest loss, where it is not `x`. */
  readonly best?: Float32Array;
  /** The history, oldest pair first. */
  readonly pairs: readonly Pair<Float32Array>[];
  /** All numbers of the run. */
  readonly progress: Progress;
}

/** The vectors of a run, `[rows, columns]`. */
export interface Vectors {
  readonly x: Tensor2D;
  readonly gradient: Tensor2D;
  /** The same tensor as `x` where `x` is best. */
  readonly best: Tensor2D;
}

/** Copies a run to the host. The pairs are taken over. */
export async function takeSnapshot(
  shape: readonly number[],
  { x, gradient, best }: Vectors,
  pairs: readonly Pair[],
  progress: Progress,
): Promise<LbfgsSnapshot> {
  const handles = [x, gradient, best].map((vector) => tf.keep(tf.clone(vector)));
  for (const { xDiff, gradDiff } of pairs) handles.push(tf.keep(xDiff), tf.keep(gradDiff));
  try {
    const size = tf.util.sizeFromShape([...shape]);
    const data = await Promise.all(handles.map((handle) => readBack('lbfgs', handle)));
    // Copies: on the cpu backend `data` is the tensor's own memory.
    const vectors = data.map((values) => values.slice(0, size));
    return {
      version: 1,
      shape: [...shape],
      x: vectors[0]!,
      gradient: vectors[1]!,
      ...(best === x ? {} : { best: vectors[2]! }),
      pairs: pairs.map((_, i) => ({ xDiff: vectors[3 + 2 * i]!, gradDiff: vectors[4 + 2 * i]! })),
      progress: structuredClone(progress),
    };
  } finally {
    tf.dispose(handles);
  }
}

/** The tensors of a snapshot. */
export function loadSnapshot(snapshot: LbfgsSnapshot, layout: Layout): { vectors: Vectors; pairs: Pair[] } {
  const x = layout.load(snapshot.x);
  return {
    vectors: {
      x,
      gradient: layout.load(snapshot.gradient),
      best: snapshot.best === undefined ? x : layout.load(snapshot.best),
    },
    pairs: snapshot.pairs.map(({ xDiff, gradDiff }) => ({
      xDiff: layout.load(xDiff),
      gradDiff: layout.load(gradDiff),
    })),
  };
}

/** Whether a start is a snapshot, and one that this version can read. */
export function isSnapshot(where: string, start: unknown): start is LbfgsSnapshot {
  if (typeof start !== 'object' || start === null || !('progress' in start)) return false;
  const { version, shape, x, gradient, best, pairs } = start as Partial<LbfgsSnapshot>;
  assert(version === 1, () => `${where}: the snapshot must be of version 1; got ${show(version)}`);
  const size = shape === undefined ? NaN : tf.util.sizeFromShape([...shape]);
  const vectors: unknown[] = [x, gradient, best ?? x, ...(pairs ?? []).flatMap((pair) => [pair.xDiff, pair.gradDiff])];
  assert(
    vectors.every((vector) => vector instanceof Float32Array && vector.length === size),
    () =>
      `${where}: every vector of the snapshot must be a Float32Array of ${size} numbers, as its shape ${show(shape)} says`,
  );
  return true;
}
