import { type PublicWeightsName, autoencoderLevels, publicWeights, vggOutline } from 'pastiche';
import type { WeightsReport } from '../protocol.js';

/** The last layer of VGG-19 that is fetched. */
export const deepest = 'relu5_1';

/** Bytes of the layers of VGG-19 that are fetched, as float32. */
export const vggBytes = vggOutline({ upTo: deepest, gradients: false, winograd: false }).outline.reduce(
  (sum, { weightBytes = 0 }) => sum + weightBytes,
  0,
);

/** Bytes of the compressed autoencoders. */
export const autoencoderBytes = autoencoderLevels
  .flatMap((level) => [publicWeights[`ust16x-encoder-${level}`], publicWeights[`ust16x-decoder-${level}`]])
  .reduce((sum, { bytes = 0 }) => sum + bytes, 0);

/** Where public weights come from. */
export const hostOf = (name: PublicWeightsName): string => new URL(publicWeights[name].url).host;

const fromWeb = (name: PublicWeightsName) => ({ host: hostOf(name), license: publicWeights[name].license });

/** All weights that this page can paint with. */
export const weightsReports = (): WeightsReport[] => [
  { name: 'slim', method: 'both', bytes: 0, host: '', license: 'MIT' },
  { name: 'vgg19-torchvision', method: 'gatys', bytes: vggBytes, ...fromWeb('vgg19-torchvision') },
  { name: 'ust16x', method: 'universal', bytes: autoencoderBytes, ...fromWeb('ust16x-encoder-1') },
];
