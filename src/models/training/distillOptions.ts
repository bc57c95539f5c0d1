import type { Optimizer } from '@tensorflow/tfjs-core';
import { LayerError } from '../../errors.js';
import { assert, assertNoOthers, assertNumber, show } from '../../internal/assert.js';
import type { BatchOptions } from './batches.js';
import type { ReconstructionWeights } from './blockDecoder.js';
import type { TrainingSnapshot } from './snapshot.js';
import { smallestForColors } from './losses.js';
import type { OptimizerSettings } from './schedule.js';
import { studentConvolutions } from './studentLayers.js';

export const where = 'distillEncoder';

/** The decoder that learns along with the student. */
export interface Reconstruction extends Partial<ReconstructionWeights> {
  /** @defaultValue 0.5 */
  readonly blockWeight?: number;
  /** @defaultValue 25 */
  readonly pixelWeight?: number;
  /** @defaultValue 37 */
  readonly colorWeight?: number;
  /** The share of the steps after which the pixel and colour losses begin. @defaultValue 0.15 */
  readonly start?: number;
}

/** Options of {@link distillEncoder}. */
export interface DistillEncoderOptions extends BatchOptions {
  /** Steps in all. */
  readonly steps: number;
  /** Widths of the student's blocks; it ends at `convN_1`, N their number, 1 to 5. @defaultValue [16, 32, 64, 128, 128] */
  readonly channels?: readonly number[];
  /** The student's layer, such as `'relu4_1'`, for names of the teacher that are no such layers. @defaultValue the same names */
  readonly taps?: Readonly<Record<string, string>>;
  /** A decoder of the student that learns along, block by block, and teaches it to keep what a picture needs; `false`: none. */
  readonly reconstruction?: Reconstruction | false;
  /** Adam's settings, or an optimiser of your own, which you dispose. @defaultValue Adam, 3e-3 with warmup 30 and cosine schedule */
  readonly optimizer?: OptimizerSettings | Optimizer;
  /** The most that all gradients of the student may measure together (2-norm). @defaultValue 5 */
  readonly clipNorm?: number;
  /** How far running statistics move towards those of a batch. @defaultValue 0.05 */
  readonly momentum?: number;
  /** The share of the steps after which the statistics stand still. @defaultValue 0.9 */
  readonly freezeAt?: number;
  /** Batches from which the teacher's statistics, and at the end the student's scale, are taken. @defaultValue 16 */
  readonly calibrationBatches?: number;
  /** A snapshot of a run with the same arguments, to go on from there exactly. */
  readonly resume?: TrainingSnapshot;
  /** Ends the run with status `'aborted'` before its next step. */
  readonly signal?: AbortSignal;
}

/** Checked options. */
export interface DistillPlan {
  readonly channels: readonly number[];
  /** The student's convolution for a name of the teacher. */
  readonly layerOf: (name: string) => string;
  readonly reconstruction: Required<Reconstruction> | undefined;
  readonly clipNorm: number;
  readonly momentum: number;
  readonly freezeAt: number;
  readonly calibrationBatches: number;
}

/** Adam's settings of the trial that the defaults come from. */
export const defaultOptimizer: OptimizerSettings = { learningRate: 3e-3, beta2: 0.98, warmup: 30 };

/** Checks options and fills in defaults. */
export function distillPlan(options: DistillEncoderOptions): DistillPlan {
  const {
    channels = [16, 32, 64, 128, 128],
    taps = {},
    reconstruction = {},
    clipNorm = 5,
    momentum = 0.05,
    freezeAt = 0.9,
    calibrationBatches = 16,
    ...more
  } = options;
  const { steps, optimizer, resume, signal, batchSize, cropSize, seed, ...others } = more;
  assertNoOthers(where, others);
  assert(
    channels.length >= 1 && channels.length <= 5 && channels.every((width) => Number.isInteger(width) && width > 0),
    () => `${where}: channels must be 1 to 5 whole numbers of channels; got ${show(channels)}`,
  );
  assertNumber(where, 'clipNorm', clipNorm, { min: 1e-12, infinite: true });
  assertNumber(where, 'momentum', momentum, { min: 0, max: 1 });
  assertNumber(where, 'freezeAt', freezeAt, { min: 0, max: 1 });
  assertNumber(where, 'calibrationBatches', calibrationBatches, { min: 1, integer: true });
  const layers = studentConvolutions(channels).map(({ layer }) => layer.replace('conv', 'relu'));
  const layerOf = (name: string): string => {
    const layer = taps[name] ?? name;
    assert(
      layers.includes(layer),
      () =>
        `${where}: the teacher's ${show(name)} needs a layer of the student in taps, one of ${layers.join(', ')}; got ${show(taps[name])}`,
      LayerError,
    );
    return layer.replace('relu', 'conv');
  };
  Object.keys(taps).forEach(layerOf);
  const common = { channels, layerOf, clipNorm, momentum, freezeAt, calibrationBatches };
  return { ...common, reconstruction: reconstruction === false ? undefined : reconstructionPlan(reconstruction) };
}

function reconstructionPlan(given: Reconstruction): Required<Reconstruction> {
  const { blockWeight = 0.5, pixelWeight = 25, colorWeight = 37, start = 0.15, ...others } = given;
  assertNoOthers(`${where}: reconstruction`, others);
  assertNumber(where, 'reconstruction.blockWeight', blockWeight, { min: 0 });
  assertNumber(where, 'reconstruction.pixelWeight', pixelWeight, { min: 0 });
  assertNumber(where, 'reconstruction.colorWeight', colorWeight, { min: 0 });
  assertNumber(where, 'reconstruction.start', start, { min: 0, max: 1 });
  return { blockWeight, pixelWeight, colorWeight, start };
}

/** The smallest sides of a batch: two positions to mirror at the deepest features, and a block of colours. */
export const smallestSide = ({ channels, reconstruction }: DistillPlan): number => {
  const stride = 2 ** (channels.length - 1);
  return Math.max(2 * stride, smallestForColors(stride, reconstruction?.colorWeight ?? 0));
};
