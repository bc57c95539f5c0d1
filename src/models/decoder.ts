import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, StyleError } from '../errors.js';
import { assert, assertFeatures, assertNoOthers, assertOneOf, show } from '../internal/assert.js';
import type { ForwardOp } from '../internal/kernels/op.js';
import { type Padding, paddings } from '../internal/kernels/padding.js';
import { relu } from '../internal/kernels/relu.js';
import { type LayerOutline, outlineOf } from '../internal/outline.js';
import type { Features, Image } from '../types.js';
import { type AutoencoderLevel, autoencoderLevels } from './autoencoderFamilies.js';
import { convolutionMaker } from './convolutionMaker.js';
import { forwardPass } from './forwardPass.js';
import {
  type Convolution,
  type ReadOptions,
  type WeightSource,
  decoderCandidates,
  readConvolution,
  vggConvolutions,
} from './weights/index.js';

const where = 'loadDecoder';

/** How to build a decoder. */
export interface LoadDecoderOptions extends ReadOptions {
  /** The level whose features it takes: 3 for those of `relu3_1`. */
  readonly level: AutoencoderLevel;
  /** How convolutions continue the features beyond their border. @defaultValue 'reflect' */
  readonly padding?: Padding;
  /** Whether a relu follows the last convolution too. @defaultValue false */
  readonly finalRelu?: boolean;
  /**
   * Whether convolutions take a shorter way on wasm, the same numbers up to rounding: see `loadVgg`, and one operation for an
   * enlargement and the convolution after it. @defaultValue true
   */
  readonly winograd?: boolean;
}

/** A frozen network that turns features back into a picture. */
export interface Decoder {
  /** The level whose features it takes. */
  readonly level: AutoencoderLevel;
  /** Channels of these features. */
  readonly channels: number;
  /** What its layers take of memory. */
  readonly outline: readonly LayerOutline[];
  /** `[b, h, w, channels]` to `[b, h s, w s, 3]` with `s = 2^(level - 1)`; about 0..1, not clipped. The caller owns the result. */
  decode(features: Features): Image;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * The decoder of one level of universal style transfer: the mirror image of VGG-19 up to `reluN_1`, with nearest-neighbour
 * enlargement where VGG pools. Any width.
 *
 * Layers are found by their place in the published `nn.Sequential`, or as `conv3_1`, `decoder3.conv3_1` or `conv31`.
 *
 * @returns the decoder; dispose it when done
 * @throws WeightsError for a missing or mis-shaped layer (names it, with expected and got); StyleError for a bad option
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { encodeSafetensors, loadDecoder, safetensors } from 'pastiche/models';
 *
 * const bytes = encodeSafetensors({
 *   'decoder1.conv1_1.weight': { shape: [3, 8, 3, 3], values: new Float32Array(216) },
 *   'decoder1.conv1_1.bias': { shape: [3], values: [0.5, 0.5, 0.5] },
 * });
 * const decoder = await loadDecoder(safetensors(bytes), { level: 1 });
 * console.log(decoder.decode(tf.ones([1, 4, 6, 8])).shape); // => [1, 4, 6, 3]
 * decoder.dispose();
 * ```
 *
 * Source: Li et al., Universal Style Transfer via Feature Transforms (2017), section 3.1.
 */
export async function loadDecoder(source: WeightSource, options: LoadDecoderOptions): Promise<Decoder> {
  const { level, padding = 'reflect', finalRelu = false, winograd = true, signal, ...others } = options;
  assertNoOthers(where, others);
  assertOneOf(where, 'level', level, autoencoderLevels);
  assertOneOf(where, 'padding', padding, paddings);
  const layers = vggConvolutions('vgg19', `conv${level}_1`).reverse();
  const found: Convolution[] = [];
  for (const [i, layer] of layers.entries()) {
    const expected = {
      kernelSize: 3,
      inputChannels: found.at(-1)?.kernelShape[3],
      outputChannels: i === layers.length - 1 ? 3 : undefined,
    };
    found.push(await readConvolution(source, layer, decoderCandidates(level, layer), expected, { signal }));
  }
  const { owns, convolution, enlarging } = convolutionMaker({ padding, gradients: false, winograd });
  const sequence = layers.flatMap((_, i): ForwardOp[] => {
    const after = i === layers.length - 1 && !finalRelu ? [] : [relu];
    // Between blocks, the first convolution of the deeper one is followed by its relu and the enlargement.
    if (i === 0 || !layers[i - 1]!.endsWith('_1')) return [convolution(found[i]!), ...after];
    return [...enlarging(found[i]!), ...after];
  });
  const ops = sequence.map((op, i) => ({ name: `layer ${i}`, op }));
  const channels = found[0]!.kernelShape[2];
  let disposed = false;
  return {
    level,
    channels,
    outline: ops.map(({ name, op }) => outlineOf(name, op)),
    decode(features) {
      assert(!disposed, () => `decode: the decoder of level ${level} has been disposed`, StyleError);
      assertFeatures('decode', 'features', features);
      const [, h, w, c] = features.shape;
      assert(
        c === channels,
        () => `decode: features must have ${channels} channels, [b, h, w, ${channels}]; got ${show(features)}`,
        ShapeError,
      );
      const smallest = Math.max(...sequence.map(({ minimumSize = 1 }) => minimumSize));
      assert(
        Math.min(h, w) >= smallest,
        () => `decode: features must have at least ${smallest}x${smallest} positions; got ${h}x${w}`,
        ShapeError,
      );
      return tf.tidy(() => forwardPass(ops, features, 0, ops.length, (i) => i === ops.length).values.get(ops.length)!);
    },
    dispose() {
      disposed = true;
      tf.dispose([...owns]);
    },
  };
}
