import type { Image } from '../../types.js';
import { assertNumber } from '../../internal/assert.js';
import { ownedTensors } from '../../internal/ownedTensors.js';
import { randomNumbers } from '../../internal/randomNumbers.js';
import { type Decoder, loadDecoder } from '../decoder.js';
import type { FeatureExtractor } from '../extractor.js';
import { encodeSafetensors, safetensors } from '../weights/index.js';
import { type TrainingImages, batchDrawer } from './batches.js';
import { type Gradients, forwardChain } from './chain.js';
import { decoderConvolutions, decoderLayers, randomConvolution } from './decoderChain.js';
import { decoderLoss } from './decoderLoss.js';
import { type DecoderPlan, type TrainDecoderOptions, decoderPlan, smallestSide, where } from './decoderOptions.js';
import { withNoise } from './featureNoise.js';
import type { TrainableLayer } from './layer.js';
import { trainingLoop } from './loop.js';
import { type NamedWeights, findConvolution, readWeights } from './namedWeights.js';
import { restoreOptimizer } from './optimizerState.js';
import { scheduledOptimizer } from './schedule.js';
import { type TrainingSnapshot, assertSnapshot, takeSnapshot } from './snapshot.js';
import type { Evaluation, Training, TrainingStatus, TrainingStep } from './training.js';

/** A step of {@link trainDecoder}. Its functions are to be called before the next step is asked for. */
export interface TrainDecoderStep extends TrainingStep {
  /** The weights so far: `'decoder3.conv3_1.weight'` and so on, which `encodeSafetensors` and `loadDecoder` take. */
  weights(): Promise<NamedWeights>;
  /** The decoder so far. The caller disposes it. */
  decoder(): Promise<Decoder>;
}

/** What {@link trainDecoder} returns. Plain data. */
export interface TrainDecoderResult {
  /** Why the training ended. */
  readonly status: TrainingStatus;
  /** Steps done. */
  readonly step: number;
  /** What it has come to, for `encodeSafetensors`. */
  readonly weights: NamedWeights;
  /** To go on later: after an abort, or with more steps. */
  readonly snapshot: TrainingSnapshot;
}

const prefix = (level: number, layer: string): string => `decoder${level}.${layer}`;

function buildLayers(
  { level, channels, padding }: DecoderPlan<string>,
  seed: number,
  given?: NamedWeights,
): TrainableLayer[] {
  const random = randomNumbers(seed);
  return decoderLayers(
    decoderConvolutions(level, channels),
    ({ layer, input, output }) =>
      given === undefined
        ? randomConvolution(random, input, output)
        : findConvolution(`${where}: the weights to begin with`, given, prefix(level, layer), input, output),
    padding,
  );
}

async function* run<L extends string>(
  encoder: FeatureExtractor<L>,
  plan: DecoderPlan<L>,
  options: TrainDecoderOptions<L>,
  parts: Pick<Training, 'drawBatch'> & { openOptimizer: ReturnType<typeof scheduledOptimizer> },
): AsyncGenerator<TrainDecoderStep, TrainDecoderResult, undefined> {
  const { level, layer, padding, featureLayers, featureNoise } = plan;
  const { steps, seed = 0, resume, initialWeights, signal } = options;
  const owned = ownedTensors();
  const optimizer = parts.openOptimizer();
  try {
    const layers = buildLayers(plan, seed, resume?.weights ?? initialWeights);
    const parameters = layers.flatMap((one) => one.parameters);
    parameters.forEach(({ variable }) => owned.own(variable));
    if (resume !== undefined) await restoreOptimizer(where, optimizer.optimizer, resume.optimizer, resume.step);
    const wanted = [...new Set([layer, ...featureLayers])];

    const training: Training = {
      where,
      steps,
      firstStep: resume?.step ?? 0,
      signal,
      owned,
      optimizer,
      parameters,
      drawBatch: parts.drawBatch,
      evaluate(image: Image, step: number): Evaluation {
        const target = encoder.features(image, wanted);
        const seen = featureNoise === 0 ? target[layer] : withNoise(target[layer], featureNoise, seed, step);
        const pass = forwardChain(layers, seen);
        const { losses, gradient } = decoderLoss(encoder, plan, pass.y, image, target);
        const gradients: Gradients = new Map();
        pass.backward(new Map([[layers.at(-1)!.name, gradient]]), gradients, false);
        return { losses, gradients };
      },
      weights: () => readWeights(parameters, prefix(level, '')),
    };
    const decoder = async (): Promise<Decoder> =>
      loadDecoder(safetensors(encodeSafetensors(await training.weights())), { level, padding });
    const end = yield* trainingLoop<TrainDecoderStep>(training, (step, guard) => ({
      ...step,
      weights: () => guard('weights', training.weights),
      decoder: () => guard('decoder', decoder),
    }));
    const snapshot = await takeSnapshot(training, end.step);
    return { ...end, weights: snapshot.weights, snapshot };
  } finally {
    owned.disposeAll();
    optimizer.dispose();
  }
}

/**
 * Trains a decoder for any encoder, one step at a time: what universal style transfer needs for a network of your own. The
 * decoder mirrors VGG-19 up to the level, and learns to undo the encoder, which stays as it is:
 * $L = w_p |o - i|^2 + w_f \sum_l |F_l(o) - F_l(i)|^2$ between a picture $i$ and its reconstruction $o$.
 *
 * Nothing is differentiated by the tape, and all gradients come from forward kernels, so that it runs on every backend. A run
 * can be continued from a snapshot: on the cpu backend, bit for bit as if it had never stopped.
 *
 * @param encoder - a network with the layer `'reluN_1'`, such as those of `loadVgg` and `randomVgg`; borrowed. It sees RGB in 0..1
 * @param images - pictures to cut crops from, or a function that draws batches: see {@link TrainingImages}
 * @param options - see {@link TrainDecoderOptions}
 * @returns a generator that yields after each step; its result has the weights. Leaving the loop early frees everything
 * @throws StyleError, LayerError, ShapeError at once for bad arguments; WeightsError at the first step for weights that do not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { encodeSafetensors, randomVgg, trainDecoder } from 'pastiche/models';
 *
 * const encoder = randomVgg({ seed: 1, width: 4, upTo: 'relu2_1' });
 * const pictures = [tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.2), tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.7)];
 * const steps = trainDecoder(encoder, pictures, { level: 2, steps: 3, batchSize: 2 });
 * let next = await steps.next();
 * while (!next.done) {
 *   const { step, loss, secondsLeft } = next.value;
 *   console.log(step, loss, secondsLeft);
 *   next = await steps.next();
 * }
 * console.log(next.value.status); // => 'finished'
 * const file = encodeSafetensors(next.value.weights, { dtype: 'F16' });
 * console.log(file.length > 0); // => true
 * tf.dispose(pictures);
 * encoder.dispose();
 * ```
 *
 * Source: Li et al., Universal Style Transfer via Feature Transforms (2017), section 3.1. Differs from it: by default means
 * take the place of sums; `reduction: 'paper'` is the paper's loss, with `featureWeight` as its lambda (1).
 */
export function trainDecoder<L extends string>(
  encoder: FeatureExtractor<L>,
  images: TrainingImages,
  options: TrainDecoderOptions<L>,
): AsyncGenerator<TrainDecoderStep, TrainDecoderResult, undefined> {
  const { steps, optimizer = {}, resume } = options;
  assertNumber(where, 'steps', steps, { min: 1, integer: true });
  assertSnapshot(where, resume, steps);
  const plan = decoderPlan(encoder, options);
  const drawBatch = batchDrawer(where, images, options, 2 ** (plan.level - 1), smallestSide(plan));
  return run(encoder, plan, options, { drawBatch, openOptimizer: scheduledOptimizer(where, optimizer, steps) });
}
