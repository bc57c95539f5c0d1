import * as tf from '@tensorflow/tfjs-core';
import { assert, assertNoOthers, assertNumber, assertOneOf, show } from '../../internal/assert.js';

/** How the learning rate goes by name. */
export const schedules = ['constant', 'cosine'] as const;

/** Adam's numbers, and how its learning rate changes with time. */
export interface OptimizerSettings {
  /** At its highest. @defaultValue 1e-3 */
  readonly learningRate?: number;
  /**
   * `'cosine'` falls from the full rate to 2 % of it, `'constant'` stays; or a function of the share of the steps that is done,
   * 0..1, that returns a factor. @defaultValue 'cosine'
   */
  readonly schedule?: (typeof schedules)[number] | ((progress: number) => number);
  /** Steps over which the rate rises from 0 to where the schedule has it. @defaultValue 0 */
  readonly warmup?: number;
  /** @defaultValue 0.9 */
  readonly beta1?: number;
  /** @defaultValue 0.99 */
  readonly beta2?: number;
  /** @defaultValue 1e-7 */
  readonly epsilon?: number;
}

const cosine = (progress: number): number => 0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * progress));

/** An optimiser and the learning rate of each step; none is known of a user's own. */
export interface ScheduledOptimizer {
  readonly optimizer: tf.Optimizer;
  /** Sets the rate of step `step` (from 0) and returns it. */
  prepare(step: number): number | undefined;
  dispose(): void;
}

const isOptimizer = (value: object): value is tf.Optimizer =>
  'applyGradients' in value && typeof value.applyGradients === 'function';

/** Checks the settings; the result makes the optimiser, so that nothing is allocated before the first step. */
export function scheduledOptimizer(
  where: string,
  given: OptimizerSettings | tf.Optimizer,
  steps: number,
): () => ScheduledOptimizer {
  assert(
    typeof (given as unknown) === 'object' && (given as unknown) !== null,
    () => `${where}: optimizer must be settings or a tf.Optimizer; got ${show(given)}`,
  );
  if (isOptimizer(given)) return () => ({ optimizer: given, prepare: () => undefined, dispose: () => undefined });
  const {
    learningRate = 1e-3,
    schedule = 'cosine',
    warmup = 0,
    beta1 = 0.9,
    beta2 = 0.99,
    epsilon = 1e-7,
    ...others
  } = given;
  assertNoOthers(`${where}: optimizer`, others);
  assertNumber(where, 'optimizer.learningRate', learningRate, { min: 0 });
  assertNumber(where, 'optimizer.warmup', warmup, { min: 0, integer: true });
  assertNumber(where, 'optimizer.beta1', beta1, { min: 0, max: 0.9999999 });
  assertNumber(where, 'optimizer.beta2', beta2, { min: 0, max: 0.9999999 });
  assertNumber(where, 'optimizer.epsilon', epsilon, { min: 0 });
  if (typeof schedule !== 'function') assertOneOf(where, 'optimizer.schedule', schedule, schedules);
  const factor = typeof schedule === 'function' ? schedule : schedule === 'cosine' ? cosine : () => 1;
  return () => {
    const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
    return {
      optimizer,
      prepare(step) {
        const rate = learningRate * factor(step / steps) * Math.min(1, (step + 1) / (warmup + 1));
        // Adam reads this field at every step.
        Object.assign(optimizer, { learningRate: rate });
        return rate;
      },
      dispose: () => optimizer.dispose(),
    };
  };
}
