import { assert, assertNoOthers, assertOneOf, show } from '../internal/assert.js';
import { type Autoencoder, autoencoder } from './autoencoder.js';
import {
  type AutoencoderFamily,
  type AutoencoderFamilyName,
  type AutoencoderLevel,
  autoencoderFamilies,
} from './autoencoderFamilies.js';
import { loadDecoder } from './decoder.js';
import { loadEncoder } from './encoder.js';
import { sharedEncoder } from './sharedEncoder.js';
import type { ReadOptions, WeightSource } from './weights/index.js';

const where = 'loadAutoencoders';

/** The weights of a part of a family; called when they are needed. */
export type AutoencoderSources = (
  part: 'encoder' | 'decoder',
  level: AutoencoderLevel,
) => WeightSource | Promise<WeightSource>;

/** Options of {@link loadAutoencoders}. */
export interface LoadAutoencodersOptions extends ReadOptions {
  /** How the networks are put together: a name from {@link autoencoderFamilies}, or your own. */
  readonly family: AutoencoderFamilyName | AutoencoderFamily;
  /** Which levels, in the order of the result. @defaultValue all of the family, 1 first */
  readonly levels?: readonly AutoencoderLevel[];
  /** Leaves the weights where they are until `load` is called; `universalStyleTransfer` does. @defaultValue false */
  readonly lazy?: boolean;
  /**
   * Whether convolutions take shorter ways on wasm, the same numbers up to rounding: see {@link VggOptions.winograd} and
   * {@link LoadDecoderOptions.winograd}. @defaultValue true
   */
  readonly winograd?: boolean;
}

/**
 * The autoencoders of universal style transfer: for each level an encoder to `reluN_1` of VGG-19 and the decoder that was
 * trained to undo it.
 *
 * Weights are read from one source that holds everything, or from one for each part, such as the public ones:
 * ``loadAutoencoders((part, level) => downloadWeights(`ust16x-${part}-${level}`), { family: 'ust16x', lazy: true })``. A level
 * can be disposed and loaded again; an encoder that levels share is freed with the last of them.
 *
 * @returns one {@link Autoencoder} for each level; dispose each when done
 * @throws WeightsError for weights that are missing or do not fit; StyleError for an unknown family or level
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { encodeSafetensors, loadAutoencoders, safetensors } from 'pastiche/models';
 *
 * const bytes = encodeSafetensors({
 *   'encoder.conv1_1.weight': { shape: [8, 3, 3, 3], values: new Float32Array(216) },
 *   'encoder.conv1_1.bias': { shape: [8], values: new Float32Array(8) },
 *   'decoder1.conv1_1.weight': { shape: [3, 8, 3, 3], values: new Float32Array(216) },
 *   'decoder1.conv1_1.bias': { shape: [3], values: [0.5, 0.5, 0.5] },
 * });
 * const [level] = await loadAutoencoders(safetensors(bytes), { family: 'slim', levels: [1] });
 * const features = level!.encode(tf.zeros([1, 4, 6, 3]));
 * console.log(features.shape); // => [1, 4, 6, 8]
 * console.log(level!.decode(features).shape); // => [1, 4, 6, 3]
 * level!.dispose();
 * ```
 *
 * Source: Li et al., Universal Style Transfer via Feature Transforms (2017), section 3.1.
 */
export async function loadAutoencoders(
  source: WeightSource | AutoencoderSources,
  options: LoadAutoencodersOptions,
): Promise<Autoencoder[]> {
  const { family: given, levels: wanted, lazy = false, winograd = true, signal, ...others } = options;
  assertNoOthers(where, others);
  if (typeof given === 'string') assertOneOf(where, 'family', given, Object.keys(autoencoderFamilies));
  const family: AutoencoderFamily = typeof given === 'string' ? autoencoderFamilies[given] : given;
  const levels = wanted ?? family.levels;
  assert(
    levels.length > 0 && new Set(levels).size === levels.length && levels.every((l) => family.levels.includes(l)),
    () => `${where}: levels must be some of ${family.levels.join(', ')}, each once; got ${show(levels)}`,
  );
  const sourceOf: AutoencoderSources = typeof source === 'function' ? source : () => source;
  const encoderUpTo = (level: AutoencoderLevel) =>
    sharedEncoder(async (read) => loadEncoder(await sourceOf('encoder', level), family, level, { winograd, ...read }));
  const deepest = Math.max(...levels) as AutoencoderLevel;
  const common = family.encoders === 'shared' ? encoderUpTo(deepest) : undefined;
  const { padding, finalRelu } = family;
  const result = levels.map((level) =>
    autoencoder(level, common ?? encoderUpTo(level), async (read) =>
      loadDecoder(await sourceOf('decoder', level), { level, padding, finalRelu, winograd, ...read }),
    ),
  );
  if (lazy) return result;
  try {
    for (const level of result) await level.load({ signal });
  } catch (error) {
    for (const level of result) level.dispose();
    throw error;
  }
  return result;
}
