import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import type { Image } from '../../types.js';
import type { DrawBatch } from './batches.js';
import type { Gradients } from './chain.js';
import type { NamedVariable } from './layer.js';
import type { NamedWeights } from './namedWeights.js';
import type { ScheduledOptimizer } from './schedule.js';
import type { TrainingSnapshot } from './snapshot.js';

/** What every step of training tells. */
export interface TrainingStep {
  /** Steps done, from 1; with a resumed run those before it count too. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** What is minimised: the weighted sum of the losses. */
  readonly loss: number;
  /** Each loss by name, without its weight. */
  readonly losses: Readonly<Record<string, number>>;
  /** The learning rate of this step; of an optimiser of your own it is not known. */
  readonly learningRate?: number;
  /** Mean over the run so far. The time between two steps, in which the caller works, does not count. */
  readonly imagesPerSecond: number;
  /** What the rest will take at this pace. */
  readonly secondsLeft: number;
  /** All that is needed to continue. To be called before the next step is asked for. */
  snapshot(): Promise<TrainingSnapshot>;
}

/** Why training ended: all steps are done, `signal` stopped it, or a loss is no longer a number. */
export type TrainingStatus = 'finished' | 'aborted' | 'non-finite';

/** A loss by name, `[]`, and its weight in the sum. */
export interface WeightedLoss {
  readonly name: string;
  readonly value: Scalar;
  readonly weight: number;
}

/** What a step computes before it changes anything. */
export interface Evaluation {
  readonly losses: readonly WeightedLoss[];
  /** Of the parameters that this step has any for. */
  readonly gradients: Gradients;
  /** New values of variables that the optimiser does not change. */
  readonly statistics?: ReadonlyMap<NamedVariable, Tensor>;
}

/** The parts of a run. */
export interface Training {
  readonly where: string;
  readonly steps: number;
  readonly firstStep: number;
  readonly signal: AbortSignal | undefined;
  readonly owned: OwnedTensors;
  readonly optimizer: ScheduledOptimizer;
  readonly drawBatch: DrawBatch;
  /** What the optimiser changes, in the order in which it keeps its moments. */
  readonly parameters: readonly NamedVariable[];
  /** Whatever the loss needs beside the batch and takes time to get. Frees nothing; the result is freed at the end of the step. */
  readonly prepare?: (batch: Image, step: number) => Promise<readonly Tensor[]>;
  /** Losses, gradients and statistics; run within a `tf.tidy`. */
  evaluate(batch: Image, step: number): Evaluation;
  /** After the parameters have changed; run within a `tf.tidy`. */
  readonly afterStep?: () => void;
  /** The variables of {@link TrainingSnapshot.weights}. */
  readonly weights: () => Promise<NamedWeights>;
}
