import { type AutoencoderLevel, autoencoderLevels } from '../autoencoderFamilies.js';
import { vggConvolutions } from './vggNames.js';

/** Weights that somebody has published. */
export interface PublicWeights {
  /** The file's name in a cache; put it there by hand to work offline. */
  readonly file: string;
  /** Pinned to one revision. */
  readonly url: string;
  /** What kind of file it is. */
  readonly format: 'safetensors' | 'torch';
  /** `'arrays'`: a large file of which only the arrays that are asked for are fetched. @defaultValue `'file'` */
  readonly access?: 'file' | 'arrays';
  /** Size of the whole file, where it is known. */
  readonly bytes?: number;
  /** Of the whole file, where it is known. */
  readonly sha256?: string;
  /** Licence of the weights and who gives it, in words. */
  readonly license: string;
  /** What the network wants to see (as `loadVgg` names it); `'none'` for decoders. */
  readonly preprocessing: 'torchvision' | 'caffe' | 'none' | 'conv0';
  /** The convolutions in the file, in the network's order, by this library's names. */
  readonly layers: readonly string[];
}

/** The name of one of the {@link publicWeights}. */
export type PublicWeightsName =
  'vgg16-torchvision' | 'vgg19-torchvision' | `${'ust' | 'ust16x'}-${'encoder' | 'decoder'}-${AutoencoderLevel}`;

const vgg = (architecture: 'vgg16' | 'vgg19', revision: string, sha256: string): PublicWeights => ({
  file: `${architecture}-torchvision.safetensors`,
  url: `https://huggingface.co/timm/${architecture}.tv_in1k/resolve/${revision}/model.safetensors`,
  format: 'safetensors',
  access: 'arrays',
  sha256,
  license: 'BSD-3-Clause (torchvision)',
  preprocessing: 'torchvision',
  layers: vggConvolutions(architecture),
});

/** Sizes and checksums of the files of universal style transfer. Not known to us: levels 4 and 5 of the full-width family. */
const known: Readonly<Partial<Record<PublicWeightsName, readonly [bytes: number, sha256: string]>>> = {
  'ust-encoder-1': [8031, '9f60c0230232985e2505eeaaeb670119eacfd590cb06c2ea752538b974a1d2aa'],
  'ust-encoder-2': [451726, 'b86e3e26b907a9d97a0567826b18fc85c23b5873acc1c2b7ddb9b0a70fc4a0cb'],
  'ust-encoder-3': [2223308, 'ff8506173d3a17e7b0fbfbff242c00b6827cfbcd7c21852b46806ae6a3fd7b09'],
  'ust-decoder-1': [7488, '78e72d8d80ea9460c45bc89bf9c29d0804639771e443a18c46e20e1f73a57578'],
  'ust-decoder-2': [450926, '4d4134c572dfa273b4f1f3d76a2439d62197a018de6d743c2b9d85b2093c409e'],
  'ust-decoder-3': [2221993, 'f32bc7bd366ff027936b3d90a98bc3f8667ba3f2762df916261a0586c5e30ab5'],
  'ust16x-encoder-1': [10271, 'f74755a65164a88e0db8cbb7d99d7078b9fa505df0953fac5123bfc7c84e0ea4'],
  'ust16x-encoder-2': [52833, 'cb654af6bae77176f8c7721c965483e865b987f2f1612dda1ba0d0b5c3819a61'],
  'ust16x-encoder-3': [231124, '269cdd0e2634e3e1e5d3005b9e7eca0f4cc8077653fee1ac8c0cf1cbe9ab8758'],
  'ust16x-encoder-4': [1235183, 'd2f059cbcd6669556a43aadef58d20c8b280462c18b60a9e7424a14dd271cd6b'],
  'ust16x-encoder-5': [3862288, '9417c34d0d8d621bc6af78be745f1b8d30f5f210efa01e50655c60eb3770816b'],
  'ust16x-decoder-1': [3220, '05f26ad40044c019da0cf731372d5bd2ee4b477825c7f45508da70b1cd5a95fd'],
  'ust16x-decoder-2': [30672, '94dd26f0e69857f79bf284a43a3708aa05c09c2593427c7f6e400ad12ce314e6'],
  'ust16x-decoder-3': [142014, '005faba27859435762a8a9386116c00629cd8835a01617d0a71defa577c42174'],
  'ust16x-decoder-4': [881308, '902f65e2c6033d803d02df552eb898e5985190a7ae67d155e384826eec6f04cb'],
  'ust16x-decoder-5': [3243622, '17fd0f81622f01366eb21cb4d40140ee38cf988ed6eaf266629709c397a8b485'],
};

const UST =
  'https://raw.githubusercontent.com/pietrocarbo/deep-transfer/e87e72f9f8612062431a82289b758ef570da52c3/models/autoencoder_vgg19';
const UST16X =
  'https://raw.githubusercontent.com/MingSun-Tse/Collaborative-Distillation/4a269dc90020721ef9b279b2926c62f5bcd6d209/trained_models';

function autoencoder(
  family: 'ust' | 'ust16x',
  kind: 'encoder' | 'decoder',
  level: AutoencoderLevel,
): [PublicWeightsName, PublicWeights] {
  const name: PublicWeightsName = `${family}-${kind}-${level}`;
  const [bytes, sha256] = known[name] ?? [];
  const encoder = kind === 'encoder';
  const path = {
    ust: `${UST}/vgg19_${level}/${encoder ? 'vgg_normalised' : 'feature_invertor'}_conv${level}_1.pth`,
    ust16x: `${UST16X}/wct_se_16x_new${encoder ? '' : '_sd'}/${level}${encoder ? 'SE' : 'SD'}.pth`,
  };
  const convolutions = vggConvolutions('vgg19', `conv${level}_1`);
  const weights: PublicWeights = {
    file: `${name}.pth`,
    url: path[family],
    format: 'torch',
    ...(bytes === undefined ? {} : { bytes }),
    ...(sha256 === undefined ? {} : { sha256 }),
    license:
      family === 'ust'
        ? 'Apache-2.0 (pietrocarbo), from MIT (Yijun Li); made from VGG-19, CC BY 4.0 (Simonyan and Zisserman)'
        : 'MIT (Huan Wang)',
    preprocessing: encoder ? 'conv0' : 'none',
    layers: encoder ? ['conv0', ...convolutions] : convolutions.reverse(),
  };
  return [name, weights];
}

const table = () =>
  ({
    'vgg16-torchvision': vgg(
      'vgg16',
      '3394518cba29aee1ea82a49d971be90d2dd1dab7',
      '57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8',
    ),
    'vgg19-torchvision': vgg(
      'vgg19',
      '128d4708565b3a414bcbb9bbad440b2fe37b9f18',
      '11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669',
    ),
    ...Object.fromEntries(
      (['ust', 'ust16x'] as const).flatMap((family) =>
        (['encoder', 'decoder'] as const).flatMap((kind) =>
          autoencoderLevels.map((level) => autoencoder(family, kind, level)),
        ),
      ),
    ),
  }) as Readonly<Record<PublicWeightsName, PublicWeights>>;

/**
 * Public weights by name, for {@link downloadWeights}. None of them is part of this package: your program downloads them, under
 * their own licences.
 *
 * - `vgg16-torchvision`, `vgg19-torchvision`: for Gatys' method. 550 MB files, of which about 50 MB are fetched up to conv5_1.
 * - `ust-encoder-1` .. `5`, `ust-decoder-1` .. `5`: universal style transfer (Li et al. 2017), full width.
 * - `ust16x-encoder-1` .. `5`, `ust16x-decoder-1` .. `5`: the same, compressed 16 times (Wang et al. 2020).
 *
 * @example
 * ```ts
 * import { publicWeights } from 'pastiche/models';
 *
 * console.log(publicWeights['ust16x-encoder-2'].layers); // => ['conv0', 'conv1_1', 'conv1_2', 'conv2_1']
 * ```
 */
// Pure, so that bundles without downloadWeights leave it out.
export const publicWeights = /* @__PURE__ */ table();
