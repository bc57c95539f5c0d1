import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type Differentiable, lbfgsSteps } from '../../src/index.js';
import { spent } from '../measure.js';
import type { Task, Who } from '../types.js';
import { tensorOf } from './arrays.js';

/** Which problem, and how many iterations a run has. */
export interface OverheadOptions {
  /** A file with `content` (for the curvatures) and `start`. */
  readonly pictures: string;
  readonly historySize: number;
  /** Iterations after the history is full, before the first run: V8 compiles meanwhile. */
  readonly warmUp: number;
  readonly iterations: number;
}

/** A bowl with curvatures from 1 to 1e4, far from solved after a hundred steps; what it takes itself is added up. */
function bowl(curvature: Tensor4D) {
  const own = { wall: 0, cpu: 0 };
  const value = (x: Tensor4D) => tf.tidy(() => tf.mul<tf.Scalar>(tf.sum(tf.mul(curvature, tf.square(x))), 0.5));
  const valueAndGrad = (x: Tensor4D): { value: tf.Scalar; grad: Tensor4D } => {
    const before = spent();
    const result = { value: value(x), grad: tf.mul<Tensor4D>(curvature, x) };
    const after = spent();
    own.wall += after.wall - before.wall;
    own.cpu += after.cpu - before.cpu;
    return result;
  };
  const objective: Differentiable = Object.assign(value, { valueAndGrad });
  return { objective, own };
}

/** An iteration of L-BFGS without its objective, on average over a run; the history is full from the first run on. */
export async function overhead(_: Who['name'], options: OverheadOptions): Promise<Task> {
  const { pictures, historySize, warmUp, iterations } = options;
  const noise = await tensorOf<Tensor4D>(pictures, 'content');
  const curvature = tf.tidy(() => tf.pow<Tensor4D>(10, tf.mul(noise, 4)));
  noise.dispose();
  const start = await tensorOf<Tensor4D>(pictures, 'start');
  const { objective, own } = bowl(curvature);
  const steps = lbfgsSteps(objective, start, { historySize, maxIterations: Infinity });
  const take = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++)
      if ((await steps.next()).done === true) throw new Error('L-BFGS ended before its time');
  };
  await take(historySize + 1 + warmUp);
  return {
    facts: {},
    async run() {
      const [before, ownBefore] = [spent(), { ...own }];
      await take(iterations);
      const after = spent();
      return {
        wall: (after.wall - before.wall - (own.wall - ownBefore.wall)) / iterations,
        cpu: (after.cpu - before.cpu - (own.cpu - ownBefore.cpu)) / iterations,
      };
    },
    end() {
      // Frees what the optimiser holds.
      void steps.return(undefined as never);
      tf.dispose([curvature, start]);
    },
  };
}
