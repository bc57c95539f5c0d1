import { assert, assertNumber, show } from '../../internal/assert.js';
import { ownedTensors } from '../../internal/ownedTensors.js';
import { randomNumbers } from '../../internal/randomNumbers.js';
import type { Features } from '../../types.js';
import { type DrawBatch, type TrainingImages, batchDrawer } from './batches.js';
import { distillLoss } from './distillLoss.js';
import {
  type DistillEncoderOptions,
  type DistillPlan,
  defaultOptimizer,
  distillPlan,
  smallestSide,
  where,
} from './distillOptions.js';
import { finishedStudent } from './finishedStudent.js';
import { trainingLoop } from './loop.js';
import { type NamedWeights, readWeights } from './namedWeights.js';
import { restoreOptimizer } from './optimizerState.js';
import type { RenormState } from './renormLayer.js';
import { scheduledOptimizer } from './schedule.js';
import { type TrainingSnapshot, assertSnapshot, takeSnapshot } from './snapshot.js';
import { limitNormalisation, namedVariables, openStudent, parametersOf } from './student.js';
import { type Teacher, askTeacher } from './teacher.js';
import { normalised } from './teacherTargets.js';
import type { Training, TrainingStatus, TrainingStep } from './training.js';

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
        return distillLoss(student, plan, image, targets, { step, steps });
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
