import { vggCandidates, vggConvolutions } from '../../src/index.js';
import { sharedFile } from './files.js';
import { randomWeights } from './randomWeights.js';

/**
 * Gatys' objective as plain data, for every participant the same:
 * `half |F - P|^2 + styleWeight * mean over layers of |G - A|^2 / (4 c^2)`, Gram matrices divided by the positions.
 */
export interface ObjectivePlan {
  /** A safetensors file, kernels `[out, in, h, w]`. */
  readonly weights: string;
  /** What the network sees: RGB in 0..1, or that as BGR in 0..255 without the mean. */
  readonly preprocessing: 'none' | 'caffe';
  /** The convolutions in order, and what they are called in the file; blocks are pooled. */
  readonly convolutions: readonly (readonly [layer: string, array: string])[];
  /** Convolutions behind whose relu the style is compared. */
  readonly style: readonly string[];
  /** The convolution behind whose relu the content is compared. */
  readonly content: string;
  readonly styleWeight: number;
  /** A safetensors file with `content`, `style` and starts, each `[1, h, w, 3]`. */
  readonly pictures: string;
}

/** The two depths that are measured. */
export const depths = ['conv3_2', 'conv5_1'] as const;
export type Depth = (typeof depths)[number];

const realWeights = sharedFile('weights/vgg19-imagenet-conv1_1-conv3_4.safetensors');

/**
 * Content at conv3_2 and style at conv1_1, 2_1, 3_1; or content at conv4_2 and style down to conv5_1. Weights are those beside
 * the repository as far as they reach, else random: time and memory do not depend on their values.
 */
export async function objectivePlan(depth: Depth, pictures: string): Promise<ObjectivePlan> {
  const layers = vggConvolutions('vgg19', depth);
  const real = depth === 'conv3_2' ? realWeights : undefined;
  const weights = real ?? (await randomWeights(depth));
  return {
    weights,
    preprocessing: real === undefined ? 'none' : 'caffe',
    convolutions: layers.map((layer) => [layer, real === undefined ? layer : vggCandidates('vgg19', layer)[0]!]),
    style: layers.filter((layer) => layer.endsWith('_1')),
    content: depth === 'conv3_2' ? 'conv3_2' : 'conv4_2',
    // Features of the real network are some hundred times as large; content grows with their square, style with its square.
    styleWeight: real === undefined ? 1e8 : 1e4,
    pictures,
  };
}
