import * as tf from '@tensorflow/tfjs-core';
import type { Image } from '../../src/index.js';
import type { ObjectivePlan } from '../inputs/objective.js';
import { peakBytes, timed } from '../measure.js';
import type { Task, Who } from '../types.js';
import { tensorOf } from './arrays.js';
import { ourNetwork, ourObjective } from './ourObjective.js';
import { textbookObjective } from './textbook.js';

interface Evaluation {
  readonly value: tf.Scalar;
  readonly grad: tf.Tensor;
  readonly parts?: tf.Tensor;
}

async function objective(name: Who['name'], plan: ObjectivePlan) {
  if (name === 'textbook') return textbookObjective(plan);
  const vgg = await ourNetwork(plan);
  const ours = await ourObjective(vgg, plan);
  const dispose = (): void => {
    ours.dispose();
    vgg.dispose();
  };
  return { valueAndGrad: (x: Image): Evaluation => ours.valueAndGrad(x), dispose };
}

/** Loss and gradient of a picture, once a run. Ready when it has been evaluated once, which also counts the peak. */
export async function closure(name: Who['name'], plan: ObjectivePlan): Promise<Task> {
  const { valueAndGrad, dispose } = await objective(name, plan);
  const picture = await tensorOf<Image>(plan.pictures, 'start');
  const evaluate = (): number => {
    const { value, grad, parts }: Evaluation = valueAndGrad(picture);
    const number = value.dataSync()[0]!;
    tf.dispose([value, grad, parts ?? []]);
    return number;
  };
  let value = 0;
  const peak = await peakBytes(() => {
    value = evaluate();
  });
  const tensors = tf.memory().numTensors;
  return {
    facts: { value, peakBytes: peak },
    async run() {
      const { wall, cpu } = await timed(evaluate);
      if (tf.memory().numTensors !== tensors) throw new Error('an evaluation leaks tensors');
      return { wall, cpu };
    },
    end() {
      dispose();
      picture.dispose();
    },
  };
}
