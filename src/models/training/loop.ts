import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { StyleError } from '../../errors.js';
import { assert, assertNumber, show } from '../../internal/assert.js';
import { breathe } from '../../internal/breathe.js';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import type { Image } from '../../types.js';
import type { DrawBatch } from './batches.js';
import type { Gradients } from './chain.js';
import type { NamedVariable } from './layer.js';
import type { NamedWeights } from './namedWeights.js';
import { readOptimizer } from './optimizerState.js';
import type { ScheduledOptimizer } from './schedule.js';

/** A run at the end of a step, to be continued exactly: with the same arguments, and this as `resume`. Plain data. */
export interface TrainingSnapshot {
  /** Of the format. */
  readonly version: 1;
  /** Steps done. */
  readonly step: number;
  /** Whatever the run has learned. */
  readonly weights: NamedWeights;
  /** The optimiser's moments. */
  readonly optimizer: NamedWeights;
}

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
  readonly value: tf.Scalar;
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

const isAborted = ({ signal }: Pick<Training, 'signal'>): boolean => signal?.aborted === true;

/** Whether `resume` is a snapshot of this kind of run. Its arrays are checked where they are used. */
export function assertSnapshot(where: string, resume: TrainingSnapshot | undefined, steps: number): void {
  if (resume === undefined) return;
  assert(
    typeof (resume as unknown) === 'object' && (resume as unknown) !== null && (resume.version as unknown) === 1,
    () => `${where}: resume must be a snapshot of version 1; got ${show(resume)}`,
  );
  assertNumber(where, 'resume.step', resume.step, { min: 0, max: steps, integer: true });
}

/** A snapshot of a run that has made `step` steps. */
export async function takeSnapshot(run: Training, step: number): Promise<TrainingSnapshot> {
  const [weights, optimizer] = [await run.weights(), await readOptimizer(run.optimizer.optimizer)];
  return { version: 1, step, weights, optimizer };
}

interface Taken extends Pick<TrainingStep, 'loss' | 'losses'> {
  readonly images: number;
}

/** Evaluates a step; `keep` takes over every tensor of the result. */
function evaluateAndKeep(run: Training, batch: Image, step: number, keep: (tensor: Tensor) => void) {
  const kept = <T extends Tensor>(tensor: T): T => {
    keep(tensor);
    return tensor;
  };
  const evaluated = (): Kept => {
    const { losses, gradients, statistics = [] } = run.evaluate(batch, step);
    return {
      named: losses.map(({ name, weight }) => ({ name, weight })),
      // Optimisers count parameters by their place, so there is a gradient for each.
      gradients: run.parameters.map((parameter) => kept(gradients.get(parameter) ?? tf.zerosLike(parameter.variable))),
      statistics: [...statistics].map(([variable, value]): [NamedVariable, Tensor] => [variable, kept(value)]),
      values: kept(tf.stack(losses.map(({ value }) => value))),
    };
  };
  let result: Kept | undefined;
  // Nothing is returned from the tidy: it would look through all of it for tensors.
  tf.tidy(() => {
    result = evaluated();
  });
  return result!;
}

interface Kept {
  readonly named: readonly Pick<WeightedLoss, 'name' | 'weight'>[];
  readonly gradients: readonly Tensor[];
  readonly statistics: readonly (readonly [NamedVariable, Tensor])[];
  readonly values: Tensor;
}

/** One step. Everything is computed and read back before any weight changes, so that a loss that is no number spoils none. */
async function takeStep(run: Training, step: number): Promise<Taken> {
  const { owned } = run;
  const batch = owned.own(await run.drawBatch(step));
  const passing: Tensor[] = [batch];
  try {
    passing.push(...((await run.prepare?.(batch, step)) ?? []));
    const { named, gradients, statistics, values } = evaluateAndKeep(run, batch, step, (tensor) => {
      passing.push(owned.own(tensor));
    });
    const numbers = await values.data<'float32'>();
    const loss = named.reduce((sum, { weight }, i) => sum + weight * numbers[i]!, 0);
    if (Number.isFinite(loss))
      tf.tidy(() => {
        const updates = run.parameters.map(({ variable: { name } }, i) => ({ name, tensor: gradients[i]! }));
        run.optimizer.optimizer.applyGradients(updates);
        for (const [{ variable }, value] of statistics) variable.assign(value);
        run.afterStep?.();
      });
    return {
      losses: Object.fromEntries(named.map(({ name }, i) => [name, numbers[i]!])),
      loss,
      images: batch.shape[0],
    };
  } finally {
    owned.dispose(...passing);
  }
}

/** Runs the steps; `describe` makes of each what the caller sees. Frees nothing but what belongs to a step. */
export async function* trainingLoop<Step extends TrainingStep>(
  run: Training,
  describe: (step: TrainingStep, guard: <T>(call: string, work: () => Promise<T>) => Promise<T>) => Step,
): AsyncGenerator<Step, { status: TrainingStatus; step: number }, undefined> {
  const { where, steps, firstStep, optimizer } = run;
  let [seconds, images] = [0, 0];
  for (let step = firstStep; step < steps; step++) {
    await breathe();
    if (isAborted(run)) return { status: 'aborted', step };
    const begun = performance.now();
    const learningRate = optimizer.prepare(step);
    const taken = await takeStep(run, step);
    seconds += (performance.now() - begun) / 1000;
    images += taken.images;
    if (!Number.isFinite(taken.loss)) return { status: 'non-finite', step };
    let current = true;
    const guard = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
      if (!current) throw new StyleError(`${where}: ${call}() must be called before the next step is asked for`);
      return work();
    };
    try {
      yield describe(
        {
          step: step + 1,
          steps,
          loss: taken.loss,
          losses: taken.losses,
          ...(learningRate === undefined ? {} : { learningRate }),
          imagesPerSecond: images / seconds,
          secondsLeft: ((steps - step - 1) * seconds) / (step + 1 - firstStep),
          snapshot: () => guard('snapshot', () => takeSnapshot(run, step + 1)),
        },
        guard,
      );
    } finally {
      current = false;
    }
  }
  return { status: 'finished', step: steps };
}
