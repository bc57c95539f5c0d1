import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { readBack } from '../../internal/readBack.js';
import type { Image } from '../../types.js';
import type { NamedVariable } from './layer.js';
import type { Training, TrainingStep, WeightedLoss } from './training.js';

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
export async function takeStep(run: Training, step: number): Promise<Taken> {
  const { owned } = run;
  const batch = owned.own(await run.drawBatch(step));
  const passing: Tensor[] = [batch];
  try {
    passing.push(...((await run.prepare?.(batch, step)) ?? []));
    const { named, gradients, statistics, values } = evaluateAndKeep(run, batch, step, (tensor) => {
      passing.push(owned.own(tensor));
    });
    const numbers = await readBack('training', values);
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
