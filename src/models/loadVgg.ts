import { type Architecture, type VggLayer, channelsOf } from './architectures.js';
import { type Padding, paddings } from '../internal/kernels/padding.js';
import { buildVgg } from './buildVgg.js';
import type { ConvWeights } from './convolutionMaker.js';
import type { FeatureExtractor } from './extractor.js';
import { expectedColors } from './expectedColors.js';
import type { Preprocessing } from './preprocessing.js';
import { type VggOptions, type VggPlan, vggPlan } from './vggPlan.js';
import {
  type ReadOptions,
  type WeightSource,
  hasConvolution,
  readConvolution,
  vggCandidates,
} from './weights/index.js';

const where = 'loadVgg';

/** How to build the network, and what its weights were trained to see. */
export interface LoadVggOptions<A extends Architecture = Architecture, L extends VggLayer<A> = VggLayer<A>>
  extends Omit<VggOptions<A, L>, 'padding' | 'upTo'>, ReadOptions {
  /**
   * The colours that the weights expect. The same layer names are in use for several conventions, so this must be known: from
   * here, else from the file's notes (`preprocessing`), else from a `conv0` among the weights, else from Keras layer names
   * (which are `'caffe'`). What is given here wins over what the file says, without a word: leave it out where the file knows.
   */
  readonly preprocessing?: Preprocessing;
  /** How convolutions continue the picture beyond its border; wins over the file. @defaultValue what the file's notes say (`padding`), else 'zero' */
  readonly padding?: Padding;
  /** The deepest layer to build: deeper weights are neither read nor held. @defaultValue as deep as the weights reach */
  readonly upTo?: L;
}

/**
 * A VGG network from published weights, ready to show its features.
 *
 * Only the layers up to `upTo` are read. Layers are found under the names of torchvision (`features.0.weight`), Keras
 * (`block1_conv1`) and this library (`conv1_1`), with or without the `module.` of torch's `DataParallel`. Channels are 64, 128, 256, 512, 512 a block, or the same multiples of the
 * width of `conv1_1` (slim networks).
 *
 * @param source - where the weights are: `safetensors(...)`, `torchCheckpoint(...)`, `tfjsManifest(...)`, ...
 * @returns the network; dispose it when done
 * @throws WeightsError for a missing or mis-shaped layer (names it, with expected and got), or unknown preprocessing
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { encodeSafetensors, loadVgg, safetensors } from 'pastiche/models';
 *
 * const bytes = encodeSafetensors({
 *   'conv1_1.weight': { shape: [8, 3, 3, 3], values: new Float32Array(216) },
 *   'conv1_1.bias': { shape: [8], values: new Float32Array(8) },
 * });
 * const vgg = await loadVgg(safetensors(bytes), { upTo: 'relu1_1', preprocessing: 'torchvision' });
 * console.log(vgg.layers); // => ['image', 'conv1_1', 'relu1_1']
 * vgg.dispose();
 * ```
 *
 * Source: Simonyan & Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition (2015), table 1.
 */
export async function loadVgg<A extends Architecture = 'vgg19', L extends VggLayer<A> = VggLayer<A>>(
  source: WeightSource,
  options: LoadVggOptions<A, L> = {},
): Promise<FeatureExtractor<VggLayer<A>>> {
  const { preprocessing, signal, ...network } = options;
  const checked = vggPlan<A>(where, network);
  const read: ReadOptions = { signal };
  const notes = (await source.metadata?.(read)) ?? {};
  const padding = options.padding ?? paddings.find((name) => name === notes['padding']) ?? checked.padding;
  const layers = options.upTo === undefined ? await reach(source, checked, read) : checked.layers;
  const plan = { ...checked, padding, layers };
  const colors = await expectedColors(source, preprocessing, notes['preprocessing'], read);
  const weights = new Map<string, ConvWeights>();
  let channels = 3;
  let width: number | undefined;
  for (const layer of plan.layers.filter((name) => name.startsWith('conv'))) {
    const expected = {
      kernelSize: 3,
      inputChannels: channels,
      outputChannels: width === undefined ? undefined : channelsOf(layer, width),
    };
    const found = await readConvolution(source, layer, vggCandidates(plan.architecture, layer), expected, read);
    weights.set(layer, found);
    channels = found.kernelShape[3];
    width ??= channels;
  }
  return buildVgg(plan, colors, weights);
}

/** The layers of a plan as far as the weights go: to the relu of the last convolution, or the pool after a whole block. */
async function reach<A extends Architecture>(
  source: WeightSource,
  { architecture, layers }: VggPlan<A>,
  read: ReadOptions,
): Promise<readonly VggLayer<A>[]> {
  const names = new Set((await source.entries(read)).keys());
  const has = (layer: string): boolean => hasConvolution(names, vggCandidates(architecture, layer));
  const deepest = layers.filter((layer) => layer.startsWith('conv')).findLast(has);
  // Without any convolution reading the first one says what was looked for. A gap further up is found in the same way.
  const end = deepest === undefined ? 2 : layers.indexOf(deepest) + 2;
  return layers.slice(0, layers[end]?.startsWith('pool') ? end + 1 : end);
}
