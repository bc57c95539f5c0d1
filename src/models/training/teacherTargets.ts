import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { sumPositions } from '../../internal/kernels/positions.js';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import { readBack } from '../../internal/readBack.js';
import type { Features } from '../../types.js';
import type { DrawBatch } from './batches.js';
import { type NamedVariable, variableOf } from './layer.js';
import type { NamedWeights } from './namedWeights.js';
import { type Teacher, askTeacher } from './teacher.js';

/** What is imitated at one layer. */
export interface Target {
  /** The teacher's name of it. */
  readonly name: string;
  /** The student's convolution, such as `'conv3_1'`. */
  readonly layer: string;
  readonly channels: number;
  /** `mean` and `scale` of the teacher's channels: the student sees `(features - mean) * scale`. */
  readonly statistics: readonly [mean: NamedVariable, scale: NamedVariable];
}

/** Mean and variance of each channel of each layer over some batches. */
export async function observeTeacher(
  where: string,
  teacher: Teacher,
  drawBatch: DrawBatch,
  batches: number,
  layerOf: (name: string) => string,
  owned: OwnedTensors,
): Promise<Target[]> {
  const sums = new Map<string, { count: number; first: Float64Array; second: Float64Array }>();
  for (let step = 0; step < batches; step++) {
    const image = owned.own(await drawBatch(step));
    const answer = await askTeacher(where, teacher, image, step, layerOf, owned);
    for (const [name, features] of answer) {
      const channels = features.shape[3];
      const read = async (sum: () => Tensor): Promise<Float32Array> => {
        const tensor = owned.own(tf.tidy(sum));
        const values = await readBack(where, tensor);
        owned.dispose(tensor);
        return values;
      };
      const first = await read(() => sumPositions(features));
      const second = await read(() => sumPositions(tf.square(features)));
      const sum = sums.get(name) ?? { count: 0, first: new Float64Array(channels), second: new Float64Array(channels) };
      sum.count += features.size / channels;
      for (let c = 0; c < channels; c++) {
        sum.first[c]! += first[c]!;
        sum.second[c]! += second[c]!;
      }
      sums.set(name, sum);
    }
    owned.dispose(image, ...answer.values());
  }
  return [...sums].map(([name, { count, first, second }]) => {
    const mean = first.map((sum) => sum / count);
    const variance = second.map((sum, c) => Math.max(0, sum / count - mean[c]! ** 2));
    return targetOf(name, layerOf(name), mean, scalesOf(variance));
  });
}

/** The targets of a run, from its snapshot. */
export function targetsOf(weights: NamedWeights, layerOf: (name: string) => string): Target[] {
  return Object.keys(weights).flatMap((key) => {
    const [, name] = /^target\.(.*)\.mean$/.exec(key) ?? [];
    const scale = weights[`target.${name}.scale`];
    if (name === undefined || scale === undefined) return [];
    return [targetOf(name, layerOf(name), weights[key]!.values, scale.values)];
  });
}

/** A target from its statistics. */
function targetOf(name: string, layer: string, mean: ArrayLike<number>, scale: ArrayLike<number>): Target {
  const channels = mean.length;
  return {
    name,
    layer,
    channels,
    statistics: [
      variableOf(`target.${name}.mean`, [channels], mean),
      variableOf(`target.${name}.scale`, [channels], scale),
    ],
  };
}

/**
 * Half way between equal weights for all channels and weights by contrast: a division by the square root of the deviation, so
 * that faint channels count, dead ones do not, and the mean square of the target is 1.
 */
function scalesOf(variance: Float64Array): Float64Array {
  const deviation = variance.map(Math.sqrt);
  const floor = 0.05 * Math.max(...deviation) + 1e-12;
  const scale = deviation.map((s) => 1 / Math.sqrt(s + floor));
  const size = scale.reduce((sum, s, c) => sum + s * s * variance[c]!, 0) / scale.length;
  return scale.map((s) => s / Math.sqrt(size + 1e-12));
}

/** The teacher's features as the student is to match them. */
export function normalised(where: string, target: Target, features: Features | undefined): Features {
  const { name, channels, statistics } = target;
  assert(
    features?.shape[3] === channels,
    () => `${where}: the teacher's ${name} must have ${channels} channels at every step; got ${show(features)}`,
    ShapeError,
  );
  const [mean, scale] = statistics;
  return tf.tidy(() => tf.mul(tf.sub(features, mean.variable), scale.variable));
}
