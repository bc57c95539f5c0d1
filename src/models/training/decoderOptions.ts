import * as tf from '@tensorflow/tfjs-core';
import { LayerError, StyleError } from '../../errors.js';
import { assert, assertNoOthers, assertNumber, assertOneOf, show } from '../../internal/assert.js';
import { type Padding, paddings } from '../../internal/kernels/padding.js';
import { type AutoencoderLevel, autoencoderLevels } from '../autoencoderFamilies.js';
import type { FeatureExtractor } from '../extractor.js';
import type { BatchOptions } from './batches.js';
import { type DecoderLossSettings } from './decoderLoss.js';
import type { TrainingSnapshot } from './snapshot.js';
import { smallestForColors, trainingReductions } from './losses.js';
import type { NamedWeights } from './namedWeights.js';
import { type OptimizerSettings } from './schedule.js';

export const where = 'trainDecoder';

/** Options of {@link trainDecoder}. */
export interface TrainDecoderOptions<L extends string = string> extends BatchOptions, Partial<DecoderLossSettings<L>> {
  /** The level to decode: 3 for the features of `relu3_1`. */
  readonly level: AutoencoderLevel;
  /** Steps in all. */
  readonly steps: number;
  /**
   * Means of squares, or the paper's sums (averaged over the batch), whose lambda is `featureWeight`. With sums, the size of
   * picture and network decides how much the terms weigh. @defaultValue 'mean'
   */
  readonly reduction?: DecoderLossSettings<L>['reduction'];
  /** Weight of the distance in pixels. @defaultValue 1 */
  readonly pixelWeight?: number;
  /** Weight of the distance in the encoder's features: 0 saves running the encoder on the reconstruction. @defaultValue 1 */
  readonly featureWeight?: number;
  /** The layers whose features are compared. @defaultValue that of the level, such as `['relu3_1']` */
  readonly featureLayers?: readonly L[];
  /** Weight of the distance of the mean colours of 8x8 pixels, which deep levels tend to lose. @defaultValue 0 */
  readonly colorWeight?: number;
  /**
   * Weight of the total variation of the difference, $\sum |\nabla (o - i)|$: it takes away the weave that enlarged features leave
   * in plain places, too faint for the squares of the other terms, until a whitening transform makes it loud. @defaultValue 0
   */
  readonly variationWeight?: number;
  /**
   * How much noise the decoder sees in the features of every picture: a deviation between 0 and this, in units of the root mean square
   * of each channel. The picture that it has to return stays clean, so that it learns to make something plausible of features that
   * no picture has, such as transformed ones. @defaultValue 0
   */
  readonly featureNoise?: number;
  /** Widths of the decoder's blocks, 1 to `level`; the last is the encoder's. @defaultValue those of the encoder */
  readonly channels?: readonly number[];
  /** How convolutions continue the features beyond their border. @defaultValue 'reflect' */
  readonly padding?: Padding;
  /** Adam's settings, or an optimiser of your own, which you dispose. @defaultValue Adam, 1e-3 with cosine schedule */
  readonly optimizer?: OptimizerSettings | tf.Optimizer;
  /**
   * Weights to begin with, such as `'decoder3.conv3_1.weight'`; others may stand beside them. A run that is resumed
   * takes the snapshot's instead. @defaultValue random ones
   */
  readonly initialWeights?: NamedWeights;
  /** A snapshot of a run with the same arguments, to go on from there exactly. */
  readonly resume?: TrainingSnapshot;
  /** Ends the run with status `'aborted'` before its next step. */
  readonly signal?: AbortSignal;
}

/** Checked options without those of batches and optimiser. */
export interface DecoderPlan<L extends string> extends DecoderLossSettings<L> {
  readonly level: AutoencoderLevel;
  /** The layer whose features are decoded. */
  readonly layer: L;
  /** Widths of the blocks 1..level. */
  readonly channels: readonly number[];
  readonly padding: Padding;
  readonly featureNoise: number;
}

/** Checks the options that need nothing but the encoder, which shows its widths on a small grey picture. */
export function decoderPlan<L extends string>(
  encoder: FeatureExtractor<L>,
  options: TrainDecoderOptions<L>,
): DecoderPlan<L> {
  const {
    level,
    reduction = 'mean',
    pixelWeight = 1,
    featureWeight = 1,
    colorWeight = 0,
    variationWeight = 0,
    featureNoise = 0,
    padding = 'reflect',
    ...more
  } = options;
  const { featureLayers = [`relu${level}_1` as L], channels: widths, ...run } = more;
  const { steps, optimizer, initialWeights, resume, signal, batchSize, cropSize, seed, ...others } = run;
  assertNoOthers(where, others);
  assertOneOf(where, 'level', level, autoencoderLevels);
  assertOneOf(where, 'reduction', reduction, trainingReductions);
  assertOneOf(where, 'padding', padding, paddings);
  assertNumber(where, 'pixelWeight', pixelWeight, { min: 0 });
  assertNumber(where, 'featureWeight', featureWeight, { min: 0 });
  assertNumber(where, 'colorWeight', colorWeight, { min: 0 });
  assertNumber(where, 'variationWeight', variationWeight, { min: 0 });
  assertNumber(where, 'featureNoise', featureNoise, { min: 0 });
  const layer = `relu${level}_1` as L;
  for (const name of [layer, ...featureLayers])
    assert(
      encoder.layers.includes(name),
      () => `${where}: the encoder has no layer ${show(name)}; its layers are ${encoder.layers.join(', ')}`,
      LayerError,
    );
  assert(
    pixelWeight + colorWeight + variationWeight + (featureLayers.length > 0 ? featureWeight : 0) > 0,
    () => `${where}: at least one of pixelWeight, featureWeight, colorWeight and variationWeight must be above 0`,
    StyleError,
  );
  const channels = decoderChannels(encoder, level, widths);
  const loss = { reduction, pixelWeight, featureWeight, colorWeight, variationWeight, featureLayers };
  return { level, layer, channels, padding, featureNoise, ...loss };
}

function decoderChannels<L extends string>(
  encoder: FeatureExtractor<L>,
  level: AutoencoderLevel,
  wanted: readonly number[] | undefined,
): readonly number[] {
  const blocks = Array.from({ length: level }, (_, i) => `relu${i + 1}_1` as L);
  const asked = blocks.filter((name) => encoder.layers.includes(name));
  const widths = tf.tidy(() => {
    const features = encoder.features(tf.fill([1, 2 ** (level + 1), 2 ** (level + 1), 3], 0.5), asked);
    return asked.map((name) => features[name].shape[3]);
  });
  const input = widths.at(-1)!;
  const channels = wanted ?? widths;
  const range = `${level} whole numbers of channels, the last ${input}, as many as the encoder's features have`;
  assert(
    channels.length === level &&
      channels.every((width) => Number.isInteger(width) && width > 0) &&
      channels.at(-1) === input,
    () => `${where}: channels must be ${range}; got ${show(channels)}`,
  );
  return channels;
}

/** The smallest sides of a batch: what the deepest features can be mirrored at, and the colours averaged over. */
export const smallestSide = ({ level, padding, colorWeight }: DecoderPlan<string>): number => {
  const stride = 2 ** (level - 1);
  const positions = padding === 'reflect' ? 2 * stride : stride;
  return Math.max(positions, smallestForColors(stride, colorWeight));
};
