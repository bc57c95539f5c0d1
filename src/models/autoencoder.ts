import { WeightsError } from '../errors.js';
import { assert } from '../internal/assert.js';
import type { LayerOutline } from '../internal/outline.js';
import type { Features, Image } from '../types.js';
import type { AutoencoderLevel } from './autoencoderFamilies.js';
import { blockOf } from './architectures.js';
import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import type { SharedEncoder } from './sharedEncoder.js';
import { type ReadOptions, vggConvolutions } from './weights/index.js';

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

/** Pixels beyond its own square that a feature of `reluN_1` depends on: a 3x3 convolution sees one more position on each side. */
export const reachOf = (level: AutoencoderLevel): number =>
  vggConvolutions('vgg19', `conv${level}_1`).reduce((sum, layer) => sum + 2 ** (blockOf(layer) - 1), 0);

interface Loaded {
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly release: () => void;
}

/** One level: an encoder, which others may share, and its decoder. */
export function autoencoder(
  level: AutoencoderLevel,
  shared: SharedEncoder,
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
    const { encoder, release } = await shared.acquire(read);
    try {
      const decoder = await openDecoder(read);
      const made = encoder.channels[level - 1]!;
      if (decoder.channels !== made) {
        decoder.dispose();
        throw new WeightsError(
          `loadAutoencoders: the decoder of level ${level} must take the ${made} channels of the encoder; it takes ${decoder.channels}`,
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
