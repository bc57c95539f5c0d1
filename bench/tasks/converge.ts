import * as tf from '@tensorflow/tfjs-core';
import { type Image, lbfgsSteps, resizeImage } from '../../src/index.js';
import type { ObjectivePlan } from '../inputs/objective.js';
import { timed } from '../measure.js';
import type { Task, Who } from '../types.js';
import { tensorOf } from './arrays.js';
import { ourNetwork, ourObjective } from './ourObjective.js';

/** A run of Gatys' method over one size or several. */
export interface ConvergeOptions {
  /** From coarse to fine, with the iterations of each; those of the last one are the most. */
  readonly stages: readonly { readonly plan: ObjectivePlan; readonly iterations: number }[];
  /** The array in the pictures' file that the first stage begins with. */
  readonly start: string;
  readonly historySize: number;
  /** Iterations of one run of the task. */
  readonly chunk: number;
}

/** Yields `[stage, iteration, evaluations, loss]`; evaluations are those of this stage. Steps that are not waited for cost nothing. */
async function* iterations({ stages, start, historySize }: ConvergeOptions): AsyncGenerator<number[], void, undefined> {
  const vgg = await ourNetwork(stages[0]!.plan);
  let x = await tensorOf<Image>(stages[0]!.plan.pictures, start);
  for (const [stage, { plan, iterations: maxIterations }] of stages.entries()) {
    const objective = await ourObjective(vgg, plan);
    const last = await tensorOf<Image>(plan.pictures, 'content');
    const [, h, w] = last.shape;
    last.dispose();
    const begin = x.shape[1] === h ? tf.clone(x) : resizeImage(x, [h, w], { method: 'linear' });
    x.dispose();
    yield [];
    const steps = lbfgsSteps<Image>(objective, begin, { historySize, maxIterations });
    for (;;) {
      const { done, value } = await steps.next();
      if (done === true) {
        x = value.x;
        break;
      }
      yield [stage, value.iteration, value.evaluations, value.loss];
    }
    begin.dispose();
    objective.dispose();
  }
  x.dispose();
  vgg.dispose();
}

/** Some iterations a run. Time for targets and for reading weights is not counted. */
export async function converge(_: Who['name'], options: ConvergeOptions): Promise<Task> {
  const steps = iterations(options);
  await steps.next();
  const spent = { wall: 0, cpu: 0 };
  return {
    facts: {},
    async run() {
      const curve: number[][] = [];
      while (curve.length < options.chunk) {
        const { wall, cpu, result } = await timed(() => steps.next());
        if (result.done === true) return { ...spent, curve, done: true };
        // An empty step says that the next stage is prepared.
        if (result.value.length === 0) continue;
        spent.wall += wall;
        spent.cpu += cpu;
        curve.push([...result.value, spent.wall, spent.cpu]);
      }
      return { ...spent, curve, done: false };
    },
    end: () => void steps.return(),
  };
}
