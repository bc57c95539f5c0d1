import * as tf from '@tensorflow/tfjs-core';
import { assert, show } from '../../internal/assert.js';
import { type NamedWeights, readArrays } from './namedWeights.js';

/** The moments of an optimiser, in its own order. */
export async function readOptimizer(optimizer: tf.Optimizer): Promise<NamedWeights> {
  const [iterations, ...moments] = await optimizer.getWeights();
  iterations?.tensor.dispose();
  return readArrays(moments.map(({ tensor }, i) => [`moment.${i}`, tensor]));
}

/** Puts the moments of {@link readOptimizer} into a fresh optimiser that has made no step, as after `steps` steps. */
export async function restoreOptimizer(
  where: string,
  optimizer: tf.Optimizer,
  moments: NamedWeights,
  steps: number,
): Promise<void> {
  assert(
    optimizer.iterations === 0,
    () => `${where}: to resume, optimizer must be a new one; got one that has made ${show(optimizer.iterations)} steps`,
  );
  // Not `instanceof`: tf.Optimizer lets every optimiser pass as an instance of every other.
  const adam = optimizer.getClassName() === 'Adam';
  const named = Object.entries(moments).map(([name, { shape, values }]) => ({
    name,
    tensor: tf.tensor(values, [...shape]),
  }));
  const iterations = tf.scalar(adam ? 0 : steps, 'int32');
  try {
    await optimizer.setWeights([{ name: 'iter', tensor: iterations }, ...named]);
  } finally {
    tf.dispose([iterations, named.map(({ tensor }) => tensor)]);
  }
  // setWeights computes beta^steps at once, which rounds differently from steps multiplications. Steps without gradients only
  // multiply.
  if (adam) for (let i = 0; i < steps; i++) optimizer.applyGradients([]);
}
