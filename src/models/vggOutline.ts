import { assertNumber } from '../internal/assert.js';
import { convFootprint } from '../internal/kernels/conv.js';
import { poolFootprint } from '../internal/kernels/pool.js';
import { reluFootprint } from '../internal/kernels/relu.js';
import { suitsWinograd } from '../internal/kernels/winograd.js';
import { type LayerOutline, outlineOf } from '../internal/outline.js';
import { type Architecture, type VggLayer, channelsOf } from './architectures.js';
import { type VggOptions, vggPlan } from './vggPlan.js';

/** The layers of a network and what they take of memory: two members of every `FeatureExtractor` of this library. Plain data. */
export interface NetworkOutline {
  /** The layers that can be named, `'image'` first. */
  readonly layers: readonly string[];
  /** What each of them takes, `'image'` left out. */
  readonly outline?: readonly LayerOutline[];
}

/** Options of {@link vggOutline}. */
export interface VggOutlineOptions<
  A extends Architecture = Architecture,
  L extends VggLayer<A> = VggLayer<A>,
> extends VggOptions<A, L> {
  /** Channels of the first block; the others have 2, 4, 8 and 8 times as many. @defaultValue 64 */
  readonly width?: number;
}

/**
 * The outline of a VGG network that need not exist: enough for `estimateMemory` before any weights are read.
 *
 * @returns layer names and what each layer takes, as plain data
 * @throws StyleError for options out of range; LayerError for an unknown `upTo`
 *
 * @example
 * ```ts
 * import { vggOutline } from 'pastiche/models';
 *
 * const { outline } = vggOutline({ width: 16, upTo: 'relu1_2' });
 * console.log(outline.map(({ name, channels }) => `${name} ${channels}`)[0]); // => 'conv1_1 16'
 * ```
 */
export function vggOutline<A extends Architecture = 'vgg19', L extends VggLayer<A> = VggLayer<A>>(
  options: VggOutlineOptions<A, L> = {},
): Required<NetworkOutline> {
  const { width = 64, ...network } = options;
  assertNumber('vggOutline', 'width', width, { integer: true, min: 1 });
  const { layers, pooling, poolRounding, padding, gradients, ...plan } = vggPlan<A>('vggOutline', network);
  let input = 3;
  const outline = layers.slice(1).map((name) => {
    if (name.startsWith('relu')) return outlineOf(name, reluFootprint);
    if (name.startsWith('pool')) return outlineOf(name, poolFootprint(pooling, poolRounding));
    const output = channelsOf(name, width);
    const shape = [3, 3, input, output] as const;
    const layer = outlineOf(
      name,
      convFootprint(shape, padding, { winograd: plan.winograd && suitsWinograd(shape), gradients }),
    );
    input = output;
    return layer;
  });
  return { layers, outline };
}
