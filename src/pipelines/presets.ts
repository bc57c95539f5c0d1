import type { ContentLossOptions, StyleLossOptions, TotalVariationOptions } from '../losses/index.js';
import type { VggOptions } from '../models/index.js';
import type { LbfgsOptions } from '../optim/index.js';

/** Weights of layers by name; their scale matters, they are not normalised. */
export type LayerWeights = Readonly<Record<string, number>>;

/** How much a kind of loss counts, and at which layers it is measured. */
export interface LayersAndWeight {
  /** What all its terms are multiplied with. */
  readonly weight: number;
  /** What the term of each layer is multiplied with. */
  readonly layers?: LayerWeights;
}

/** What is measured where, and how the optimiser is run: everything in Gatys' method that implementations disagree about. */
export interface Recipe {
  /** Where and how the content's likeness is measured. Without layers: see {@link gatysObjective}. */
  readonly content: ContentLossOptions & LayersAndWeight;
  /** Where and how the style's likeness is measured. Without layers: see {@link gatysObjective}. */
  readonly style: StyleLossOptions & LayersAndWeight;
  /** Smoothness of the picture in 0..1. */
  readonly variation: TotalVariationOptions & Pick<LayersAndWeight, 'weight'>;
  /** What the optimisation starts from. */
  readonly init: 'content' | 'style' | 'noise';
  /** Optimiser steps at each level. */
  readonly iterations: number;
  /** Settings of the optimiser. */
  readonly optimizer: Pick<LbfgsOptions, 'historySize' | 'lineSearch' | 'initialStep'>;
  /** How the network is put together: pass it on to `loadVgg`. */
  readonly vgg: Pick<VggOptions, 'pooling' | 'padding'>;
}

const each = (layers: readonly string[], weight: number): LayerWeights =>
  Object.fromEntries(layers.map((layer) => [layer, weight]));

const convs = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'];
const relus = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];

/** What neural-style and its PyTorch port share: means of squares, Gram matrices over c*h*w, fixed steps of L-BFGS. */
const neuralStyle: Omit<Recipe, 'variation'> = {
  content: { layers: { relu4_2: 1 }, weight: 5, reduction: 'mean' },
  style: { layers: each(relus, 1), weight: 100, normalization: 'elements', reduction: 'mean' },
  init: 'noise',
  iterations: 1000,
  optimizer: { historySize: 100, lineSearch: 'none', initialStep: 'torch' },
  vgg: { pooling: 'max', padding: 'zero' },
};

/** The name of one of the {@link presets}. */
export type PresetName =
  'relative' | 'gatys2016' | 'pytorch-tutorial' | 'neural-style' | 'neural-style-pt' | 'crowsonkb';

/**
 * The conventions of known implementations by name, in units of pictures in 0..1. Each is a plain object: spread and change it.
 *
 * - `'relative'`, the default: every distance is divided by the size of its target, so that the same weights serve any network,
 *   any layers and any picture size. Layers are chosen by what the network has.
 * - `'gatys2016'`: Gatys, Ecker & Bethge (2016): half-sums, average pooling, from noise.
 * - `'pytorch-tutorial'`: the widespread "Neural Transfer Using PyTorch": means, Gram matrices over b*c*h*w, style weight 1e6.
 *   It runs torchvision's weights (`preprocessing: 'torchvision'`).
 * - `'neural-style'` (Lua): its total variation acts through the gradient only and is not in its printed loss; its pixels are
 *   256 times the picture where everybody else has 255 (0.4 %).
 * - `'neural-style-pt'`: the same with the sum of absolute differences.
 * - `'crowsonkb'`: style-transfer-pytorch as far as Gram matrices reach (its own style loss is a Wasserstein distance; it repeats
 *   the border in the first layer only, and optimises with Adam).
 */
export const presets: Readonly<Record<PresetName, Recipe>> = {
  relative: {
    content: { weight: 1, reduction: 'relative' },
    style: { weight: 30, normalization: 'positions', reduction: 'relative' },
    variation: { weight: 2, norm: 'l2', reduction: 'mean' },
    init: 'content',
    iterations: 200,
    optimizer: {},
    vgg: {},
  },
  gatys2016: {
    content: { layers: { conv4_2: 1 }, weight: 1, reduction: 'half-sum' },
    style: { layers: each(convs, 1 / 5), weight: 1e3, normalization: 'positions', reduction: 'gatys' },
    variation: { weight: 0 },
    init: 'noise',
    iterations: 500,
    optimizer: {},
    vgg: { pooling: 'average', padding: 'zero' },
  },
  'pytorch-tutorial': {
    content: { layers: { conv2_2: 1 }, weight: 1, reduction: 'mean' },
    style: {
      layers: each(['conv1_1', 'conv1_2', 'conv2_1', 'conv2_2', 'conv3_1'], 1),
      weight: 1e6,
      normalization: 'elements',
      reduction: 'mean',
    },
    variation: { weight: 0 },
    init: 'content',
    iterations: 300,
    optimizer: { historySize: 100, lineSearch: 'none', initialStep: 'torch' },
    vgg: { pooling: 'max', padding: 'zero' },
  },
  'neural-style': { ...neuralStyle, variation: { weight: 1e-3 * 256 ** 2, norm: 'isotropic', reduction: 'half-sum' } },
  'neural-style-pt': { ...neuralStyle, variation: { weight: 1e-3 * 255, norm: 'l1', reduction: 'sum' } },
  crowsonkb: {
    content: { layers: { relu4_2: 1 }, weight: 0.015, reduction: 'mean' },
    style: {
      layers: Object.fromEntries(relus.map((layer, i) => [layer, 4 ** (4 - i) / 341])),
      weight: 1,
      normalization: 'positions',
      reduction: 'mean',
    },
    variation: { weight: 2, norm: 'nine-point', reduction: 'mean' },
    init: 'content',
    iterations: 500,
    optimizer: { historySize: 10, lineSearch: 'none' },
    vgg: { pooling: 'max', padding: 'replicate' },
  },
};
