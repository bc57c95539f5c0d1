import type { Padding } from '../../internal/kernels/padding.js';
import { pool } from '../../internal/kernels/pool.js';
import type { RandomNumbers } from '../../internal/randomNumbers.js';
import { blockOf } from '../architectures.js';
import { vggConvolutions } from '../weights/index.js';
import { randomConvolution } from './decoderChain.js';
import { type TrainableLayer, fixedLayer } from './layer.js';
import { type RenormState, renormLayer } from './renormLayer.js';

/** Mirrored borders: with them, subtracting a grey before the first convolution can be folded into it. */
export const studentPadding: Padding = 'reflect';

/** The convolutions of a student by name, each with its number of channels. */
export function studentConvolutions(channels: readonly number[]): { layer: string; input: number; output: number }[] {
  let input = 3;
  return vggConvolutions('vgg19', `conv${channels.length}_1`).map((layer) => {
    const convolution = { layer, input, output: channels[blockOf(layer) - 1]! };
    input = convolution.output;
    return convolution;
  });
}

/** VGG-19 up to `convN_1`, N the number of widths, as it is trained: `'conv2_1'` names convolution, normalisation and relu. */
export function studentLayers(
  channels: readonly number[],
  random: RandomNumbers,
  state: Readonly<RenormState>,
): TrainableLayer[] {
  return studentConvolutions(channels).flatMap(({ layer, input, output }) => {
    const convolution = renormLayer(layer, randomConvolution(random, input, output), studentPadding, state);
    const block = blockOf(layer);
    const pooled = layer.endsWith('_1') && block > 1;
    return pooled ? [fixedLayer(`pool${block - 1}`, pool('max', 'floor')), convolution] : [convolution];
  });
}
