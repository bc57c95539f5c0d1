import * as tf from '@tensorflow/tfjs-core';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import type { RandomNumbers } from '../../internal/randomNumbers.js';
import { blockOf } from '../architectures.js';
import type { DrawBatch } from './batches.js';
import { type DecoderBlock, decoderBlocks } from './blockDecoder.js';
import { type DistillPlan, where } from './distillOptions.js';
import type { NamedVariable, TrainableLayer } from './layer.js';
import { type LinearMap, linearMap } from './linearMap.js';
import { assignWeights } from './namedWeights.js';
import type { RenormState } from './renormLayer.js';
import type { TrainingSnapshot } from './snapshot.js';
import { studentLayers } from './studentLayers.js';
import type { Teacher } from './teacher.js';
import { type Target, observeTeacher, targetsOf } from './teacherTargets.js';

/** All that is trained. */
export interface Student {
  readonly layers: readonly TrainableLayer[];
  readonly blocks: readonly DecoderBlock[];
  readonly taps: readonly { target: Target; map: LinearMap }[];
}

export const parametersOf = (layers: readonly TrainableLayer[]): NamedVariable[] =>
  layers.flatMap((layer) => layer.parameters);

/** Everything under its name in a snapshot. */
export function namedVariables({ layers, blocks, taps }: Student): { prefix: string; variables: NamedVariable[] }[] {
  return [
    { prefix: '', variables: layers.flatMap(({ parameters, statistics }) => [...parameters, ...statistics]) },
    { prefix: 'block.', variables: blocks.flatMap((block) => parametersOf(block.layers)) },
    { prefix: '', variables: taps.flatMap(({ target, map }) => [...map.parameters, ...target.statistics]) },
  ];
}

/**
 * No channel can die: its gain stays above 0.3, and its offset within half the gain, so that every answer half a deviation above
 * the mean passes the relu. (An offset of -1 at the least gain would let nothing through below 3.3 deviations.)
 */
export function limitNormalisation(layers: readonly TrainableLayer[]): void {
  for (const { parameters } of layers) {
    const [, gamma, beta] = parameters;
    if (gamma === undefined || beta === undefined) continue;
    tf.tidy(() => {
      gamma.variable.assign(tf.clipByValue(gamma.variable, 0.3, 3));
      const reach = tf.div(gamma.variable, 2);
      beta.variable.assign(tf.minimum(tf.maximum(beta.variable, tf.neg(reach)), reach));
    });
  }
}

/** Builds the student and, unless a snapshot knows them, observes the teacher's statistics. */
export async function openStudent(
  teacher: Teacher,
  plan: DistillPlan,
  state: RenormState,
  random: RandomNumbers,
  drawBatch: DrawBatch,
  resume: TrainingSnapshot | undefined,
  owned: OwnedTensors,
): Promise<Student> {
  const own = (variables: readonly NamedVariable[]): void => variables.forEach(({ variable }) => owned.own(variable));
  const { channels, layerOf, calibrationBatches, reconstruction } = plan;
  const layers = studentLayers(channels, random, state);
  layers.forEach(({ parameters, statistics }) => own([...parameters, ...statistics]));
  const blocks = reconstruction === undefined ? [] : decoderBlocks(channels, random);
  blocks.forEach((block) => own(parametersOf(block.layers)));
  const targets =
    resume === undefined
      ? await observeTeacher(where, teacher, drawBatch, calibrationBatches, layerOf, owned)
      : targetsOf(resume.weights, layerOf);
  targets.forEach(({ statistics }) => own(statistics));
  const taps = targets.map((target) => {
    const input = channels[blockOf(target.layer) - 1]!;
    return { target, map: linearMap(`map.${target.name}`, input, target.channels, random) };
  });
  taps.forEach(({ map }) => own(map.parameters));
  const student = { layers, blocks, taps };
  if (resume !== undefined)
    for (const { prefix, variables } of namedVariables(student))
      assignWeights(`${where}: resume`, variables, prefix, resume.weights);
  return student;
}
