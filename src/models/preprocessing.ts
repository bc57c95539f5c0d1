import { StyleError } from '../errors.js';
import { assert, show } from '../internal/assert.js';

/** The named conventions of {@link Preprocessing}. */
export const preprocessings = ['torchvision', 'caffe', 'none', 'conv0'] as const;

/**
 * What a network was trained to see, as a linear map of the RGB values in 0..1:
 *
 * - `'torchvision'`: RGB, minus the ImageNet mean (0.485, 0.456, 0.406), divided by its deviation (0.229, 0.224, 0.225);
 * - `'caffe'`: BGR times 255, minus (103.939, 116.779, 123.68): the original VGG weights and Keras;
 * - `'none'`: RGB in 0..1 as it is;
 * - `'conv0'`: a 1x1 convolution among the weights themselves, as in the normalised VGG of universal style transfer;
 * - or your own `matrix` (3 rows of outputs by inputs) and `bias` (3).
 *
 * Users of a network never preprocess: it carries its convention inside.
 */
export type Preprocessing = (typeof preprocessings)[number] | ColorMap;

/** `y = matrix x + bias` on the colour channels of every pixel. */
export interface ColorMap {
  /** Row by row: how R, G and B make the first, second and third channel. */
  readonly matrix: readonly (readonly number[])[];
  /** Added to the three channels. */
  readonly bias: readonly number[];
}

const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

const named: Record<'torchvision' | 'caffe', ColorMap> = {
  torchvision: {
    matrix: deviation.map((d, i) => deviation.map((_, j) => (i === j ? 1 / d : 0))),
    bias: mean.map((m, i) => -m / deviation[i]!),
  },
  caffe: {
    matrix: [
      [0, 0, 255],
      [0, 255, 0],
      [255, 0, 0],
    ],
    bias: [-103.939, -116.779, -123.68],
  },
};

/** The colour map behind a name; none for `'none'`. */
export function colorMap(where: string, preprocessing: Exclude<Preprocessing, 'conv0'>): ColorMap | undefined {
  if (preprocessing === 'none') return undefined;
  if (typeof preprocessing === 'string') return named[preprocessing];
  const { matrix, bias } = preprocessing;
  const numbers = [...matrix.flat(), ...bias];
  assert(
    matrix.length === 3 &&
      matrix.every((row) => row.length === 3) &&
      bias.length === 3 &&
      numbers.every(Number.isFinite),
    () => `${where}: preprocessing must have a 3x3 matrix and a bias of 3 finite numbers; got ${show(preprocessing)}`,
    StyleError,
  );
  return preprocessing;
}
