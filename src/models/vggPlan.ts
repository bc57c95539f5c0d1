import { LayerError } from '../errors.js';
import { assert, assertNoOthers, assertOneOf, show } from '../internal/assert.js';
import { type Padding, paddings } from '../internal/kernels/padding.js';
import { type Pooling, type PoolRounding, poolRoundings, poolings } from '../internal/kernels/pool.js';
import { type Architecture, type VggLayer, architectures, vggLayers } from './architectures.js';

/** How a VGG network is put together; the weights say nothing about these. */
export interface VggOptions<A extends Architecture = Architecture, L extends VggLayer<A> = VggLayer<A>> {
  /** Which network. @defaultValue 'vgg19' */
  readonly architecture?: A;
  /** What a 2x2 window becomes. Gatys et al. found that `'average'` gives slightly more appealing pictures. @defaultValue 'max' */
  readonly pooling?: Pooling;
  /** Whether odd sizes are pooled to the smaller or the larger half. @defaultValue 'floor' */
  readonly poolRounding?: PoolRounding;
  /** How convolutions continue the picture beyond its border. VGG was trained with zeros. @defaultValue 'zero' */
  readonly padding?: Padding;
  /** The deepest layer to build: deeper weights are neither read nor held. @defaultValue the last layer */
  readonly upTo?: L;
  /** Whether the weights that `imageGradient` needs are held too (as much again). @defaultValue true */
  readonly gradients?: boolean;
  /**
   * Whether convolutions of 16 channels and more take Winograd's way on wasm: 1.6 to 3.2 times as fast, the same numbers up to
   * rounding, five times the memory for weights. @defaultValue true
   */
  readonly winograd?: boolean;
}

/** A network before its weights: checked options and the layers to build, `'image'` first. */
export interface VggPlan<A extends Architecture> extends Required<Omit<VggOptions<A>, 'upTo'>> {
  readonly layers: readonly VggLayer<A>[];
}

/** Checks options that are independent of the weights, and fills in the defaults. */
export function vggPlan<A extends Architecture>(where: string, options: VggOptions<A>): VggPlan<A> {
  const {
    architecture = 'vgg19' as A,
    pooling = 'max',
    poolRounding = 'floor',
    padding = 'zero',
    upTo,
    gradients = true,
    winograd = true,
    ...others
  } = options;
  assertNoOthers(where, others);
  assertOneOf(where, 'architecture', architecture, Object.keys(architectures));
  assertOneOf(where, 'pooling', pooling, poolings);
  assertOneOf(where, 'poolRounding', poolRounding, poolRoundings);
  assertOneOf(where, 'padding', padding, paddings);
  const all = vggLayers(architecture);
  const deepest = upTo === undefined ? all.length - 1 : all.indexOf(upTo);
  assert(
    deepest >= 1,
    () => `${where}: upTo must be a layer after 'image', one of ${all.slice(1).join(', ')}; got ${show(upTo)}`,
    LayerError,
  );
  return { architecture, pooling, poolRounding, padding, gradients, winograd, layers: all.slice(0, deepest + 1) };
}
