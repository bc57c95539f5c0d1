/* The names under which public files keep the convolutions of VGG networks and of the autoencoders made from them. */

import { type Architecture, architectures, blockOf } from '../architectures.js';

/** The convolutions of a network in order, up to and including `last`; all of them without it. */
export function vggConvolutions(architecture: Architecture, last?: string): string[] {
  const all = architectures[architecture].flatMap((block) => block.map((index) => `conv${index}`));
  return last === undefined ? all : all.slice(0, all.indexOf(last) + 1);
}

const isConvolution = (module: string): boolean => module.startsWith('conv');

/** `modules` with a `between` wherever one block of convolutions ends and another begins. */
const separateBlocks = (layers: readonly string[], of: (layer: string) => string[], between: string): string[] =>
  layers.flatMap((layer, i) =>
    i > 0 && blockOf(layer) !== blockOf(layers[i - 1]!) ? [between, ...of(layer)] : of(layer),
  );

/** Where a layer stands in a list of modules, as torch's `nn.Sequential` names it. */
function position(modules: readonly string[], layer: string): string[] {
  const index = modules.indexOf(layer);
  return index < 0 || !isConvolution(layer) ? [] : [String(index)];
}

/** `conv1_2` as other projects write it: `block1_conv2` (Keras), `conv12` (Collaborative Distillation). */
function spellings(layer: string): { keras: string; short: string } {
  const [, block = '', i = ''] = /^conv(\d)_(\d)$/.exec(layer) ?? [];
  return { keras: `block${block}_conv${i}`, short: layer.replace('_', '') };
}

/**
 * Candidate names of a convolution of VGG-16 or VGG-19: torchvision's `features.N`, Keras' `block1_conv1`, this library's
 * `conv1_1` and `encoder.conv1_1`, and `conv11`.
 */
export function vggCandidates(architecture: Architecture, layer: string): string[] {
  const modules = separateBlocks(vggConvolutions(architecture), (conv) => [conv, 'relu'], 'pool');
  const { keras, short } = spellings(layer);
  return [...position(modules, layer).map((i) => `features.${i}`), keras, layer, `encoder.${layer}`, short];
}

/**
 * Candidate names of a convolution of the encoder of a universal style transfer level 1..5 (`'conv0'` is the 1x1 one before
 * VGG): its place in the published `nn.Sequential`, and the names of {@link vggCandidates}.
 */
export function encoderCandidates(level: number, layer: string): string[] {
  const layers = vggConvolutions('vgg19', `conv${level}_1`);
  const modules = ['conv0', ...separateBlocks(layers, (conv) => ['pad', conv, 'relu'], 'pool')];
  return [...position(modules, layer), layer, `encoder.${layer}`, spellings(layer).short];
}

/** Candidate names of a convolution of the decoder of level 1..5, which mirrors the encoder: `'conv3_1'` comes first in level 3. */
export function decoderCandidates(level: number, layer: string): string[] {
  const layers = vggConvolutions('vgg19', `conv${level}_1`).reverse();
  const modules = separateBlocks(layers, (conv) => ['pad', conv, 'relu'], 'upsample');
  return [...position(modules, layer), layer, `decoder${level}.${layer}`, spellings(layer).short];
}
