import { upsample } from '../../internal/kernels/pool.js';
import type { Padding } from '../../internal/kernels/padding.js';
import type { RandomNumbers } from '../../internal/randomNumbers.js';
import { blockOf } from '../architectures.js';
import type { ConvWeights } from '../convolutionMaker.js';
import { vggConvolutions } from '../weights/index.js';
import { convLayer } from './convLayer.js';
import { type TrainableLayer, fixedLayer } from './layer.js';

/** A convolution of a decoder, which undoes the encoder's of the same name. */
export interface DecoderConvolution {
  /** Such as `'conv3_1'`. */
  readonly layer: string;
  readonly input: number;
  readonly output: number;
  /** The decoder's last one, which gives the picture and has no relu. */
  readonly last: boolean;
  /** Whether the picture is enlarged after it. */
  readonly endsBlock: boolean;
}

/** The convolutions of the decoder of a level, first to last, for the widths of the encoder's blocks. */
export function decoderConvolutions(level: number, channels: readonly number[]): DecoderConvolution[] {
  const layers = vggConvolutions('vgg19', `conv${level}_1`).reverse();
  return layers.map((layer, i) => {
    const before = layers[i + 1];
    const last = before === undefined;
    const output = last ? 3 : channels[blockOf(before) - 1]!;
    return { layer, input: channels[blockOf(layer) - 1]!, output, last, endsBlock: !last && layer.endsWith('_1') };
  });
}

/** Random filters that keep the size of rectified features (He et al. 2015), and no bias. */
export function randomConvolution({ normal }: RandomNumbers, input: number, output: number): ConvWeights {
  const deviation = Math.sqrt(2 / (9 * input));
  const kernel = Float32Array.from({ length: 9 * input * output }, () => deviation * normal());
  return { kernel, kernelShape: [3, 3, input, output], bias: new Float32Array(output) };
}

/** The layers of a decoder, or of a piece of one. */
export function decoderLayers(
  convolutions: readonly DecoderConvolution[],
  weightsOf: (convolution: DecoderConvolution) => ConvWeights,
  padding: Padding,
): TrainableLayer[] {
  return convolutions.flatMap((convolution) => {
    const { layer, last, endsBlock } = convolution;
    const convolved = convLayer(layer, weightsOf(convolution), padding, !last);
    return endsBlock ? [convolved, fixedLayer(`${layer}_up`, upsample)] : [convolved];
  });
}
