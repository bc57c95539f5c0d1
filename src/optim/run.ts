import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { Differentiable } from '../types.js';
import { withinBounds } from './bounds.js';
import type { PointNumbers } from './evaluate.js';
import type { History } from './history.js';
import { rowLayout, type Layout } from './layout.js';
import { listHistory } from './listHistory.js';
import type { Settings } from './options.js';
import { newestPairs, noPairs } from './pairProducts.js';
import { pairsPerSegment, segmentHistory } from './segmentHistory.js';
import { isSnapshot, loadSnapshot, type LbfgsSnapshot, type Progress, type Vectors } from './snapshot.js';

/** A run: what stays, and the state that each step replaces. */
export interface Run<T extends Tensor> {
  readonly objective: Differentiable<T>;
  readonly settings: Settings;
  readonly layout: Layout;
  readonly owned: OwnedTensors;
  readonly history: History;
  vectors: Vectors;
  progress: Progress;
}

const unknownPoint: PointNumbers = {
  loss: Infinity,
  total: Infinity,
  gradInf: Infinity,
  gradAbsSum: Infinity,
  gradSquared: Infinity,
  parts: [],
};

const freshProgress: Progress = {
  iterations: 0,
  evaluations: 0,
  resets: 0,
  skippedPairs: 0,
  stalled: 0,
  lastMove: Infinity,
  penaltyWeight: 0,
  lossHistory: [],
  point: unknownPoint,
  best: unknownPoint,
  products: noPairs,
};

/** The run at its start or at a snapshot; nothing is evaluated yet. Copies the start. */
export function openRun<T extends Tensor>(
  objective: Differentiable<T>,
  start: T | LbfgsSnapshot,
  settings: Settings,
  owned: OwnedTensors,
): Run<T> {
  const shape = [...start.shape];
  const layout = rowLayout(shape);
  const perSegment = pairsPerSegment(layout.rows * layout.columns, settings.segmentBytes, settings.historySize);
  const history =
    settings.storage === 'list'
      ? listHistory(settings.historySize, owned)
      : segmentHistory(settings.historySize, perSegment, owned);
  if (!isSnapshot('lbfgs', start)) {
    const x = owned.own(tf.tidy(() => layout.toRows(withinBounds(start, settings.bounds))));
    const vectors = { x, gradient: x, best: x };
    return { objective, settings, layout, owned, history, vectors, progress: freshProgress };
  }
  const { vectors, pairs } = loadSnapshot(start, layout);
  Object.values(vectors).forEach((vector: Tensor) => owned.own(vector));
  pairs.forEach((pair) => {
    history.push(pair);
  });
  const products = newestPairs(start.progress.products, settings.historySize);
  const progress = { ...structuredClone(start.progress), products };
  return { objective, settings, layout, owned, history, vectors, progress };
}

export const isAborted = ({ settings }: Pick<Run<Tensor>, 'settings'>): boolean => settings.signal?.aborted === true;

/** Forgets the curvature. */
export function dropHistory(run: Pick<Run<Tensor>, 'history' | 'progress'>): void {
  run.history.clear();
  run.progress = { ...run.progress, products: noPairs, resets: run.progress.resets + 1 };
}
