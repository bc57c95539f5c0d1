import type { FeatureExtractor } from './extractor.js';
import type { VggLayer } from './architectures.js';
import type { AutoencoderFamily, AutoencoderLevel } from './autoencoderFamilies.js';
import { buildVgg } from './buildVgg.js';
import type { ConvWeights } from './convolutionMaker.js';
import { vggPlan } from './vggPlan.js';
import {
  type ReadOptions,
  type WeightSource,
  encoderCandidates,
  readConvolution,
  vggConvolutions,
} from './weights/index.js';

/** An encoder with what its weights told. */
export interface Encoder {
  readonly network: FeatureExtractor<VggLayer<'vgg19'>>;
  /** Channels of `relu1_1`, ..., one for each level that the encoder reaches. */
  readonly channels: readonly number[];
}

/** The encoder of a level up to `reluN_1`: a VGG-19 of any width, under the names of {@link encoderCandidates}. No gradients. */
export async function loadEncoder(
  source: WeightSource,
  family: Pick<AutoencoderFamily, 'preprocessing' | 'padding' | 'pooling' | 'poolRounding'>,
  level: AutoencoderLevel,
  { winograd = true, ...read }: ReadOptions & { readonly winograd?: boolean | undefined } = {},
): Promise<Encoder> {
  const { preprocessing, padding, pooling, poolRounding } = family;
  const upTo = `relu${level}_1` as const;
  const plan = vggPlan('loadAutoencoders', { padding, pooling, poolRounding, upTo, gradients: false, winograd });
  const convolution = (layer: string, inputChannels: number, kernelSize: number, outputChannels?: number) =>
    readConvolution(
      source,
      layer,
      encoderCandidates(level, layer),
      { kernelSize, inputChannels, outputChannels },
      read,
    );
  const colors = preprocessing === 'conv0' ? await convolution('conv0', 3, 1, 3) : undefined;
  const weights = new Map<string, ConvWeights>();
  const channels: number[] = [];
  let width = 3;
  for (const layer of vggConvolutions('vgg19', `conv${level}_1`)) {
    const found = await convolution(layer, width, 3);
    weights.set(layer, found);
    width = found.kernelShape[3];
    if (layer.endsWith('_1')) channels.push(width);
  }
  return { network: buildVgg(plan, colors, weights), channels };
}
