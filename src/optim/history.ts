import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Coefficients } from './direction.js';

/** A step and the change of the gradient over it, `[rows, columns]`. In the papers s and y. */
export interface Pair<V = Tensor2D> {
  readonly xDiff: V;
  readonly gradDiff: V;
}

/** Dot products of every pair, oldest first, with a trial point's gradient and with its difference from the gradient before. */
export interface HistoryProducts {
  readonly xDiffGradient: readonly number[];
  readonly gradDiffGradient: readonly number[];
  readonly xDiffGradDiff: readonly number[];
  readonly gradDiffGradDiff: readonly number[];
}

/** Where the newest pairs live on the device. */
export interface History {
  /** Partial sums per row of the dot products, `[k, rows]`, to be read back; `undefined` without pairs. `gradDiff`: the gradient less the one before. */
  products(gradient: Tensor2D, gradDiff: Tensor2D): Tensor | undefined;
  /** What came back. `before` are the products with the gradient before. */
  read(sums: readonly number[], before: Pick<HistoryProducts, 'xDiffGradient' | 'gradDiffGradient'>): HistoryProducts;
  /** `gradient * g + sum_i xDiff[i] * s_i + sum_i gradDiff[i] * y_i`. A new tensor. */
  combine(gradient: Tensor2D, coefficients: Omit<Coefficients, 'slope'>): Tensor2D;
  /** Takes over a pair; the oldest goes where there is no room. */
  push(pair: Pair): void;
  /** The pairs, oldest first. New tensors. */
  pairs(): Pair[];
  /** Drops all pairs. */
  clear(): void;
}
