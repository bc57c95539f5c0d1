import { WeightsError } from '../errors.js';
import { assert, assertOneOf, show } from '../internal/assert.js';
import type { LayerOutline } from '../internal/outline.js';
import type { Features, Image } from '../types.js';
import {
  type AutoencoderFamily,
  type AutoencoderFamilyName,
  type AutoencoderLevel,
  autoencoderFamilies,
} from './autoencoderFamilies.js';
import { type Decoder, loadDecoder } from './decoder.js';
import { type Encoder, loadEncoder } from './encoder.js';
import { type ReadOptions, type WeightSource, vggConvolutions } from './weights/index.js';

const where = 'loadAutoencoders';

/** How deep an autoencoder reaches, and what its layers take of memory. Plain data. */
export interface AutoencoderOutline {
  /** How deep: 1 (fine) to 5 (coarse). */
  readonly level: number;
  /** Side of the square of pixels that one position of the features stands for. */
  readonly stride: number;
  /** How many pixels beyond that square the features see, and beyond it again those that a feature paints. */
  readonly reach: number;
  /** The layers of the encoder and of the decoder; none while the weights are not loaded. */
  readonly outline?:
    | {
        /** From the picture to the features. */
        readonly encoder: readonly LayerOutline[];
        /** From the features to the picture. */
        readonly decoder: readonly LayerOutline[];
      }
    | undefined;
}

/** A picture to features and back: what universal style transfer does its work between. */
export interface Autoencoder extends AutoencoderOutline {
  /** The layer of the features, such as `'relu4_1'`. */
  readonly name: string;
  /** Whether the weights are there. */
  readonly loaded: boolean;
  /** Reads the weights, unless they are there. */
  load(options?: ReadOptions): Promise<void>;
  /** `[b, h, w, 3]` to features `[b, h / stride, w / stride, c]`. The caller owns them. */
  encode(image: Image): Features;
  /** Features to a picture, about 0..1, not clipped. The caller owns it. */
  decode(features: Features): Image;
  /** Frees the weights; `load` reads them again. */
  dispose(): void;
}

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

/** An encoder that several levels may share: read for the first, freed with the last. */
function encoderOf(open: (read: ReadOptions) => Promise<Encoder>) {
  let users = 0;
  let pending: Promise<Encoder> | undefined;
  return {
    async acquire(read: ReadOptions): Promise<{ encoder: Encoder; release: () => void }> {
      pending ??= open(read);
      const encoder = await pending.catch((error: unknown) => {
        pending = undefined;
        throw error;
      });
      users += 1;
      const release = (): void => {
        users -= 1;
        if (users > 0) return;
        pending = undefined;
        encoder.network.dispose();
      };
      return { encoder, release };
    },
  };
}

/** Pixels beyond its own square that a feature of `reluN_1` depends on: a 3x3 convolution sees one more position on each side. */
export const reachOf = (level: AutoencoderLevel): number =>
  vggConvolutions('vgg19', `conv${level}_1`).reduce((sum, layer) => sum + 2 ** (Number(layer.charAt(4)) - 1), 0);

interface Loaded {
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly release: () => void;
}

function autoencoder(
  level: AutoencoderLevel,
  encoders: ReturnType<typeof encoderOf>,
  openDecoder: (read: ReadOptions) => Promise<Decoder>,
): Autoencoder {
  const name = `relu${level}_1` as const;
  let loaded: Loaded | undefined;
  let loading: Promise<void> | undefined;
  const networks = (call: string): Loaded => {
    assert(loaded !== undefined, () => `${call}: the weights of level ${level} are not loaded; await load() first`);
    return loaded;
  };
  const open = async (read: ReadOptions): Promise<void> => {
    const { encoder, release } = await encoders.acquire(read);
    try {
      const decoder = await openDecoder(read);
      const made = encoder.channels[level - 1]!;
      if (decoder.channels !== made) {
        decoder.dispose();
        throw new WeightsError(
          `${where}: the decoder of level ${level} must take the ${made} channels of the encoder; it takes ${decoder.channels}`,
        );
      }
      loaded = { encoder, decoder, release };
    } catch (error) {
      release();
      throw error;
    }
  };
  return {
    level,
    name,
    stride: 2 ** (level - 1),
    reach: reachOf(level),
    get outline() {
      if (loaded === undefined) return undefined;
      const { outline = [] } = loaded.encoder.network;
      const end = outline.findIndex((layer) => layer.name === name) + 1;
      return { encoder: outline.slice(0, end), decoder: loaded.decoder.outline };
    },
    get loaded() {
      return loaded !== undefined;
    },
    async load(read = {}) {
      if (loaded !== undefined) return;
      loading ??= open(read).finally(() => {
        loading = undefined;
      });
      await loading;
    },
    encode: (image) => networks('encode').encoder.network.features(image, [name])[name],
    decode: (features) => networks('decode').decoder.decode(features),
    dispose() {
      loaded?.release();
      loaded?.decoder.dispose();
      loaded = undefined;
    },
  };
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
  const { lazy = false, winograd = true, signal } = options;
  if (typeof options.family === 'string')
    assertOneOf(where, 'family', options.family, Object.keys(autoencoderFamilies));
  const family: AutoencoderFamily =
    typeof options.family === 'string' ? autoencoderFamilies[options.family] : options.family;
  const { levels = family.levels } = options;
  assert(
    levels.length > 0 && new Set(levels).size === levels.length && levels.every((l) => family.levels.includes(l)),
    () => `${where}: levels must be some of ${family.levels.join(', ')}, each once; got ${show(levels)}`,
  );
  const sourceOf: AutoencoderSources = typeof source === 'function' ? source : () => source;
  const encoderUpTo = (level: AutoencoderLevel) =>
    encoderOf(async (read) => loadEncoder(await sourceOf('encoder', level), family, level, { winograd, ...read }));
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
