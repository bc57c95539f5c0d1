import type { Padding } from '../internal/kernels/padding.js';
import type { Pooling, PoolRounding } from '../internal/kernels/pool.js';

/** How deep an autoencoder reaches: level 4 ends at `relu4_1`. */
export const autoencoderLevels = [1, 2, 3, 4, 5] as const;
/** See {@link autoencoderLevels}. */
export type AutoencoderLevel = (typeof autoencoderLevels)[number];

/** How the encoders and decoders of one publication are put together; their weights say nothing about these. Plain data. */
export interface AutoencoderFamily {
  /** The levels that there are weights for. */
  readonly levels: readonly AutoencoderLevel[];
  /** One encoder whose layers serve all levels, or a network for each level. */
  readonly encoders: 'shared' | 'per-level';
  /** What the encoder sees: RGB in 0..1, or that after a 1x1 convolution among its own weights. */
  readonly preprocessing: 'none' | 'conv0';
  /** How convolutions continue the picture beyond its border. */
  readonly padding: Padding;
  /** What a 2x2 window becomes in the encoder. */
  readonly pooling: Pooling;
  /** Whether the encoder pools odd sizes to the smaller or the larger half. */
  readonly poolRounding: PoolRounding;
  /** Whether a relu follows the decoder's last convolution too. */
  readonly finalRelu: boolean;
}

/** The name of one of the {@link autoencoderFamilies}. */
export type AutoencoderFamilyName = 'ust' | 'ust16x' | 'slim';

/**
 * The families of autoencoders whose weights are known.
 *
 * - `'ust'`: the original one of Li et al. (2017), full width: 64, 128, 256, 512, 512 channels.
 * - `'ust16x'`: the same with a sixteenth of the parameters (Wang et al. 2020): 24, 32, 64, 128, 128 channels, many of them dead.
 * - `'slim'`: this project's own: one encoder of 16, 32, 64, 128, 128 channels for all levels.
 */
export const autoencoderFamilies: Readonly<Record<AutoencoderFamilyName, AutoencoderFamily>> = {
  ust: {
    levels: autoencoderLevels,
    encoders: 'per-level',
    preprocessing: 'conv0',
    padding: 'reflect',
    pooling: 'max',
    poolRounding: 'ceil',
    finalRelu: false,
  },
  ust16x: {
    levels: autoencoderLevels,
    encoders: 'per-level',
    preprocessing: 'conv0',
    padding: 'reflect',
    pooling: 'max',
    poolRounding: 'floor',
    finalRelu: true,
  },
  slim: {
    levels: autoencoderLevels,
    encoders: 'shared',
    preprocessing: 'none',
    padding: 'reflect',
    pooling: 'max',
    poolRounding: 'floor',
    finalRelu: false,
  },
};
