import { assertNoOthers, assertNumber, assertOneOf } from '../internal/assert.js';
import { convFootprint } from '../internal/kernels/conv.js';
import { enlargedConvFootprint } from '../internal/kernels/enlargedConv.js';
import { upsampleFootprint } from '../internal/kernels/pool.js';
import { reluFootprint } from '../internal/kernels/relu.js';
import { suitsWinograd } from '../internal/kernels/winograd.js';
import { type LayerOutline, outlineOf } from '../internal/outline.js';
import { blockOf, channelsOf } from './architectures.js';
import {
  type AutoencoderFamily,
  type AutoencoderFamilyName,
  type AutoencoderLevel,
  autoencoderFamilies,
} from './autoencoderFamilies.js';
import { type AutoencoderOutline, reachOf } from './autoencoder.js';
import { vggOutline } from './vggOutline.js';
import { vggConvolutions } from './weights/index.js';

/** Options of {@link autoencoderOutlines}. */
export interface AutoencoderOutlinesOptions {
  /** How the networks are put together. */
  readonly family: AutoencoderFamilyName;
  /** Which levels. @defaultValue all of the family */
  readonly levels?: readonly AutoencoderLevel[];
  /** Channels of the first block; the others have 2, 4, 8 and 8 times as many. @defaultValue the family's first block */
  readonly width?: number;
  /** As for `loadAutoencoders`. @defaultValue true */
  readonly winograd?: boolean;
}

/** Channels at the size of the picture, where nearly all memory goes. */
const firstBlock: Record<AutoencoderFamilyName, number> = { ust: 64, ust16x: 24, slim: 16 };

/** The mirror image of an encoder. */
function decoderOutline(
  level: AutoencoderLevel,
  width: number,
  { padding }: AutoencoderFamily,
  winograd: boolean,
): LayerOutline[] {
  const into = (layer: string | undefined): number => (layer === undefined ? 3 : channelsOf(layer, width));
  const layers = vggConvolutions('vgg19', `conv${level}_1`).reverse();
  return layers.flatMap((name, i) => {
    const next = layers[i + 1];
    const shape = [3, 3, into(name), into(next)] as const;
    const enlarges = layers[i - 1]?.endsWith('_1') ?? false;
    const relu = next === undefined ? [] : [outlineOf(name.replace('conv', 'relu'), reluFootprint)];
    const shorter = winograd && suitsWinograd(shape);
    if (enlarges && shorter) return [outlineOf(name, enlargedConvFootprint(shape)), ...relu];
    const convolution = convFootprint(shape, padding, { winograd: shorter });
    const enlargement = enlarges ? [outlineOf(`up${blockOf(name)}`, upsampleFootprint)] : [];
    return [...enlargement, outlineOf(name, convolution), ...relu];
  });
}

/**
 * The outlines of autoencoders that need not be loaded: enough for `estimateMemory`.
 *
 * @returns one outline for each level, as plain data
 * @throws StyleError for an unknown family or a width out of range
 *
 * @example
 * ```ts
 * import { autoencoderOutlines } from 'pastiche/models';
 *
 * console.log(autoencoderOutlines({ family: 'slim' }).map(({ stride }) => stride)); // => [1, 2, 4, 8, 16]
 * ```
 */
export function autoencoderOutlines(options: AutoencoderOutlinesOptions): AutoencoderOutline[] {
  const where = 'autoencoderOutlines';
  const { family: name, levels: wanted, width = firstBlock[name], winograd = true, ...others } = options;
  assertNoOthers(where, others);
  assertOneOf(where, 'family', name, Object.keys(autoencoderFamilies));
  const family = autoencoderFamilies[name];
  const levels = wanted ?? family.levels;
  assertNumber(where, 'width', width, { integer: true, min: 1 });
  const { padding, pooling, poolRounding } = family;
  const encoderTo = (level: AutoencoderLevel): readonly LayerOutline[] =>
    vggOutline({ width, padding, pooling, poolRounding, winograd, gradients: false, upTo: `relu${level}_1` }).outline;
  // Levels that share an encoder share its layers, as loaded ones do.
  const common = family.encoders === 'shared' ? encoderTo(Math.max(...levels) as AutoencoderLevel) : undefined;
  return levels.map((level) => ({
    level,
    stride: 2 ** (level - 1),
    reach: reachOf(level),
    outline: {
      encoder: common?.slice(0, common.findIndex(({ name }) => name === `relu${level}_1`) + 1) ?? encoderTo(level),
      decoder: decoderOutline(level, width, family, winograd),
    },
  }));
}
