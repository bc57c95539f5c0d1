import * as tf from '@tensorflow/tfjs-core';
import {
  type Autoencoder,
  encodeSafetensors,
  safetensors,
  vggConvolutions,
  type WeightSource,
} from '../../src/models/index.js';
import { randomNumbers } from '../_setup/compare.js';

/* Seeded random weights in the layout of the slim family: one encoder, five decoders. */

/** Channels of the blocks. */
export const widths = [4, 6, 8, 8, 8] as const;

type Arrays = Record<string, { shape: number[]; values: Float32Array }>;

function convolution(arrays: Arrays, name: string, input: number, output: number, next: () => number): void {
  // Uniform with the deviation that keeps the size of rectified features (He et al. 2015).
  const scale = Math.sqrt(24 / (9 * input));
  const values = Float32Array.from({ length: output * input * 9 }, () => scale * (next() - 0.5));
  arrays[`${name}.weight`] = { shape: [output, input, 3, 3], values };
  arrays[`${name}.bias`] = { shape: [output], values: Float32Array.from({ length: output }, () => 0.2 * next()) };
}

const blockOf = (layer: string): number => Number(layer.charAt(4)) - 1;

/** All levels, or those up to `deepest`. */
export function autoencoderArrays(
  seed = 1,
  deepest: 1 | 2 | 3 | 4 | 5 = 5,
  channels: readonly number[] = widths,
): Arrays {
  const next = randomNumbers(seed);
  const arrays: Arrays = {};
  const channelsBefore = (layers: string[], i: number): number => (i === 0 ? 3 : channels[blockOf(layers[i - 1]!)]!);
  const encoder = vggConvolutions('vgg19', `conv${deepest}_1`);
  encoder.forEach((layer, i) => {
    convolution(arrays, `encoder.${layer}`, channelsBefore(encoder, i), channels[blockOf(layer)]!, next);
  });
  for (let level = 1; level <= deepest; level++) {
    const layers = vggConvolutions('vgg19', `conv${level}_1`);
    layers.forEach((layer, i) => {
      convolution(arrays, `decoder${level}.${layer}`, channels[blockOf(layer)]!, channelsBefore(layers, i), next);
    });
  }
  return arrays;
}

/** The same as a source. */
export const autoencoderSource = (seed?: number, deepest?: 1 | 2 | 3 | 4 | 5): WeightSource =>
  safetensors(encodeSafetensors(autoencoderArrays(seed, deepest)));

/** A level that leaves pictures as they are. */
export const pixels: Autoencoder = {
  level: 1,
  name: 'pixels',
  stride: 1,
  reach: 0,
  loaded: true,
  load: () => Promise.resolve(),
  encode: (x) => tf.clone(x),
  decode: (x) => tf.clone(x),
  dispose: () => undefined,
};
