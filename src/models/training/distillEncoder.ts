import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assert, assertNumber, show } from '../../internal/assert.js';
import { type OwnedTensors, ownedTensors } from '../../internal/ownedTensors.js';
import { type RandomNumbers, randomNumbers } from '../../internal/randomNumbers.js';
import { sumOfSquares } from '../../internal/sums.js';
import type { Features, Image } from '../../types.js';
import { type DrawBatch, type TrainingImages, batchDrawer } from './batches.js';
import { type DecoderBlock, blockLoss, decoderBlocks, pictureLoss, through } from './blockDecoder.js';
import { type Gradients, forwardChain, sumOf } from './chain.js';
import {
  type DistillEncoderOptions,
  type DistillPlan,
  defaultOptimizer,
  distillPlan,
  smallestSide,
  where,
} from './distillOptions.js';
import { center, finishedStudent } from './foldStudent.js';
import type { NamedVariable, TrainableLayer } from './layer.js';
import { type LinearMap, linearMap } from './linearMap.js';
import {
  type Evaluation,
  type Training,
  type TrainingSnapshot,
  type TrainingStatus,
  type TrainingStep,
  type WeightedLoss,
  assertSnapshot,
  takeSnapshot,
  trainingLoop,
} from './loop.js';
import { type NamedWeights, assignWeights, readWeights } from './namedWeights.js';
import { restoreOptimizer } from './optimizerState.js';
import type { RenormState } from './renormLayer.js';
import { scheduledOptimizer } from './schedule.js';
import { studentLayers } from './studentLayers.js';
import { type Target, type Teacher, askTeacher, normalised, observeTeacher, targetsOf } from './teacherTargets.js';

/** A step of {@link distillEncoder}. Its functions are to be called before the next step is asked for. */
export interface DistillEncoderStep extends TrainingStep {
  /**
   * The student so far: `'encoder.conv1_1.weight'` and so on, its normalisation folded in and every channel scaled to unit
   * second moment; and with `reconstruction` a decoder for every level, `'decoder3.conv3_1.weight'`, to begin training with.
   * Runs the student on the calibration batches.
   */
  weights(): Promise<NamedWeights>;
}

/** What {@link distillEncoder} returns. Plain data. */
export interface DistillEncoderResult {
  /** Why the run ended. */
  readonly status: TrainingStatus;
  /** Steps done. */
  readonly step: number;
  /** See {@link DistillEncoderStep.weights}. */
  readonly weights: NamedWeights;
  /** To go on later. */
  readonly snapshot: TrainingSnapshot;
}

/** All that is trained. */
interface Student {
  readonly layers: readonly TrainableLayer[];
  readonly blocks: readonly DecoderBlock[];
  readonly taps: readonly { target: Target; map: LinearMap }[];
}

const parametersOf = (layers: readonly TrainableLayer[]): NamedVariable[] =>
  layers.flatMap((layer) => layer.parameters);

/** Everything under its name in a snapshot. */
function namedVariables({ layers, blocks, taps }: Student): { prefix: string; variables: NamedVariable[] }[] {
  return [
    { prefix: '', variables: layers.flatMap(({ parameters, statistics }) => [...parameters, ...statistics]) },
    { prefix: 'block.', variables: blocks.flatMap((block) => parametersOf(block.layers)) },
    { prefix: '', variables: taps.flatMap(({ target, map }) => [...map.parameters, ...target.statistics]) },
  ];
}

/** The losses of one batch and the gradients of all parameters. */
function evaluate(
  { layers, blocks, taps }: Student,
  { reconstruction, channels, clipNorm }: DistillPlan,
  image: Image,
  targets: ReadonlyMap<string, Features>,
  progress: { step: number; steps: number },
): Evaluation {
  const losses: WeightedLoss[] = [];
  const gradients: Gradients = new Map();
  const pass = forwardChain(layers, tf.div(tf.sub(image, center.mean), center.deviation));
  const gradientAt = new Map<string, Tensor4D>();
  const addAt = (layer: string, gradient: Tensor4D): void => {
    const before = gradientAt.get(layer);
    gradientAt.set(layer, before === undefined ? gradient : sumOf(before, gradient));
  };
  for (const { target, map } of taps) {
    const { value, grad } = map.distance(pass.outputs.get(target.layer)!, targets.get(target.name)!, gradients);
    losses.push({ name: target.name, value, weight: 1 });
    addAt(target.layer, grad);
  }
  if (reconstruction !== undefined) {
    const { blockWeight, pixelWeight, colorWeight, start } = reconstruction;
    const pictures = pixelWeight + colorWeight > 0 && progress.step >= start * progress.steps;
    // The two deepest levels in turn: the others are on their way.
    const pictureLevel = pictures ? Math.max(1, channels.length - (progress.step % 2)) : undefined;
    for (const block of blocks) {
      if (blockWeight === 0 && block.level !== pictureLevel) continue;
      const gradient = through(block.layers, pass.outputs.get(block.from)!, gradients, (output) => {
        const parts: Tensor4D[] = [];
        if (blockWeight > 0) {
          const restored = block.to === undefined ? image : pass.outputs.get(block.to)!;
          const own = blockLoss(block, output, restored, blockWeight);
          losses.push(own.loss);
          parts.push(own.gradient);
        }
        if (block.level === pictureLevel) {
          const picture = pictureLoss(block.level, blocks, output, image, reconstruction, gradients);
          losses.push(...picture.losses);
          parts.push(picture.gradient);
        }
        return parts.reduce(sumOf);
      });
      addAt(block.from, gradient);
    }
  }
  pass.backward(gradientAt, gradients, false);
  clip(gradients, parametersOf(layers), clipNorm);
  return { losses, gradients, statistics: pass.statistics };
}

/** Shortens the gradients of some parameters, all by the same factor, to a common norm. */
function clip(gradients: Gradients, parameters: readonly NamedVariable[], clipNorm: number): void {
  if (clipNorm === Infinity) return;
  const factor = tf.tidy(() => {
    const squares = parameters.flatMap((parameter) => {
      const gradient = gradients.get(parameter);
      return gradient === undefined ? [] : [sumOfSquares(gradient)];
    });
    return tf.minimum(1, tf.div(clipNorm, tf.add(tf.sqrt(tf.addN(squares)), 1e-12)));
  });
  for (const parameter of parameters) {
    const gradient = gradients.get(parameter);
    if (gradient === undefined) continue;
    gradients.set(parameter, tf.mul(gradient, factor));
    gradient.dispose();
  }
}

/** No channel can die: its gain stays above 0.3, and its offset within 1. */
function limitNormalisation(layers: readonly TrainableLayer[]): void {
  for (const { name, variable } of parametersOf(layers)) {
    if (name.endsWith('.gamma')) variable.assign(tf.clipByValue(variable, 0.3, 3));
    if (name.endsWith('.beta')) variable.assign(tf.clipByValue(variable, -1, 1));
  }
}

/** Builds the student and, unless a snapshot knows them, observes the teacher's statistics. */
async function openStudent(
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
    const input = channels[Number(target.layer.charAt(4)) - 1]!;
    return { target, map: linearMap(`map.${target.name}`, input, target.channels, random) };
  });
  taps.forEach(({ map }) => own(map.parameters));
  const student = { layers, blocks, taps };
  if (resume !== undefined)
    for (const { prefix, variables } of namedVariables(student))
      assignWeights(`${where}: resume`, variables, prefix, resume.weights);
  return student;
}

async function* run(
  teacher: Teacher,
  plan: DistillPlan,
  options: DistillEncoderOptions,
  drawBatch: DrawBatch,
  openOptimizer: ReturnType<typeof scheduledOptimizer>,
): AsyncGenerator<DistillEncoderStep, DistillEncoderResult, undefined> {
  const { steps, seed = 0, resume, signal } = options;
  const { channels, layerOf, momentum, freezeAt, calibrationBatches } = plan;
  const owned = ownedTensors();
  const optimizer = openOptimizer();
  try {
    const state: RenormState = { momentum: 1, frozen: false };
    const student = await openStudent(teacher, plan, state, randomNumbers(seed), drawBatch, resume, owned);
    const { layers, blocks, taps } = student;
    if (resume !== undefined) await restoreOptimizer(where, optimizer.optimizer, resume.optimizer, resume.step);
    let targets: ReadonlyMap<string, Features> = new Map();

    const training: Training = {
      where,
      steps,
      firstStep: resume?.step ?? 0,
      signal,
      owned,
      optimizer,
      parameters: [
        ...parametersOf(layers),
        ...blocks.flatMap((block) => parametersOf(block.layers)),
        ...taps.flatMap(({ map }) => map.parameters),
      ],
      drawBatch,
      async prepare(image, step) {
        const answer = await askTeacher(where, teacher, image, step, layerOf, owned);
        targets = new Map(
          taps.map(({ target }) => [target.name, owned.own(normalised(where, target, answer.get(target.name)))]),
        );
        owned.dispose(...answer.values());
        return [...targets.values()];
      },
      evaluate(image, step) {
        // At first the mean of all batches so far, then a moving one.
        state.momentum = Math.max(momentum, 1 / (step + 1));
        state.frozen = step >= freezeAt * steps;
        return evaluate(student, plan, image, targets, { step, steps });
      },
      afterStep: () => limitNormalisation(layers),
      async weights() {
        const named = namedVariables(student).map(({ prefix, variables }) => readWeights(variables, prefix));
        return Object.assign({}, ...(await Promise.all(named))) as NamedWeights;
      },
    };
    const finished = async (weights: NamedWeights): Promise<NamedWeights> =>
      finishedStudent(where, weights, channels, blocks, drawBatch, calibrationBatches, owned);
    const end = yield* trainingLoop<DistillEncoderStep>(training, (step, guard) => ({
      ...step,
      weights: () => guard('weights', async () => finished(await training.weights())),
    }));
    const snapshot = await takeSnapshot(training, end.step);
    return { ...end, weights: await finished(snapshot.weights), snapshot };
  } finally {
    owned.disposeAll();
    optimizer.dispose();
  }
}

/**
 * Trains a slim encoder in the shape of VGG-19 to see what larger ones see, one step at a time. Linear maps from the student's
 * features to the teacher's are learned along and thrown away. Every channel of the teacher is centred and scaled, so that
 * faint ones count too.
 *
 * The student is trained with batch renormalisation, whose gain and offset are limited so that no channel can die. At the end
 * the normalisation is folded into the convolutions and every channel scaled to unit second moment, both exactly. What comes
 * out is a plain network of mirrored 3x3 convolutions and maximum pooling that sees RGB in 0..1.
 *
 * @param teacher - what to imitate: see {@link Teacher}. Features of several networks can stand in one record
 * @param images - pictures to cut crops from, or a function that draws batches: see {@link TrainingImages}
 * @param options - see {@link DistillEncoderOptions}
 * @returns a generator that yields after each step; its result has the weights. Leaving the loop early frees everything
 * @throws StyleError at once for bad options; LayerError and ShapeError at the first step for features that fit no layer
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { distillEncoder, encodeSafetensors, loadVgg, randomVgg, safetensors } from 'pastiche/models';
 *
 * const large = randomVgg({ seed: 1, width: 8, upTo: 'relu2_1', padding: 'reflect' });
 * const pictures = [tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.2), tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.7)];
 * const steps = distillEncoder((image) => large.features(image, ['relu1_1', 'relu2_1']), pictures, {
 *   channels: [4, 8],
 *   steps: 3,
 *   calibrationBatches: 2,
 * });
 * let next = await steps.next();
 * while (!next.done) next = await steps.next();
 * const file = encodeSafetensors(next.value.weights);
 * const student = await loadVgg(safetensors(file), { preprocessing: 'none', padding: 'reflect', upTo: 'relu2_1' });
 * console.log(student.features(pictures[0]!, ['relu2_1']).relu2_1.shape); // => [1, 8, 8, 8]
 * tf.dispose(pictures);
 * large.dispose();
 * student.dispose();
 * ```
 *
 * Sources: Ioffe, Batch Renormalization (2017); Wang et al., Collaborative Distillation for Ultra-Resolution Universal Style
 * Transfer (2020) for the linear maps.
 */
export function distillEncoder(
  teacher: Teacher,
  images: TrainingImages,
  options: DistillEncoderOptions,
): AsyncGenerator<DistillEncoderStep, DistillEncoderResult, undefined> {
  const { steps, optimizer = defaultOptimizer, resume } = options;
  assert(typeof teacher === 'function', () => `${where}: teacher must be a function of an image; got ${show(teacher)}`);
  assertNumber(where, 'steps', steps, { min: 1, integer: true });
  assertSnapshot(where, resume, steps);
  const plan = distillPlan(options);
  const drawBatch = batchDrawer(where, images, options, 2 ** (plan.channels.length - 1), smallestSide(plan));
  return run(teacher, plan, options, drawBatch, scheduledOptimizer(where, optimizer, steps));
}
