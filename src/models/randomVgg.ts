import { assertNumber } from '../internal/assert.js';
import { randomNumbers } from '../internal/randomNumbers.js';
import { type Architecture, type VggLayer, channelsOf } from './architectures.js';
import { buildVgg } from './buildVgg.js';
import { calibrate, calibrationPictures, pooled } from './calibrate.js';
import type { ConvWeights } from './convolutionMaker.js';
import type { FeatureExtractor } from './extractor.js';
import { type VggOptions, vggPlan } from './vggPlan.js';

const where = 'randomVgg';

/** Options of {@link randomVgg}. */
export interface RandomVggOptions<
  A extends Architecture = Architecture,
  L extends VggLayer<A> = VggLayer<A>,
> extends VggOptions<A, L> {
  /** Equal seeds give equal weights, on every machine and backend. @defaultValue 0 */
  readonly seed?: number;
  /** Channels of the first block; the others have 2, 4, 8 and 8 times as many. VGG itself has 64. @defaultValue 8 */
  readonly width?: number;
}

/**
 * A VGG network with seeded random weights, for the unit tests of pipelines: no download, milliseconds to run.
 *
 * Plain random weights make deep features vanish or explode. These are calibrated: on a few smooth drawn pictures every
 * channel of every convolution has mean 0 and deviation 1 before its relu, so that losses at any depth have comparable size.
 * The features carry the palette and the grain of a picture, but no learned strokes: good for tests, not for paintings.
 *
 * @returns the network; dispose it when done. It sees RGB in 0..1 without further preprocessing
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { randomVgg } from 'pastiche/models';
 *
 * const vgg = randomVgg({ seed: 7, width: 4, upTo: 'pool2' });
 * const { relu1_1, pool2 } = vgg.features(tf.zeros([1, 16, 16, 3]), ['relu1_1', 'pool2']);
 * console.log(relu1_1.shape); // => [1, 16, 16, 4]
 * console.log(pool2.shape); // => [1, 4, 4, 8]
 * vgg.dispose();
 * ```
 */
export function randomVgg<A extends Architecture = 'vgg19', L extends VggLayer<A> = VggLayer<A>>(
  options: RandomVggOptions<A, L> = {},
): FeatureExtractor<VggLayer<A>> {
  const { seed = 0, width = 8, ...network } = options;
  assertNumber(where, 'seed', seed, { integer: true });
  assertNumber(where, 'width', width, { integer: true, min: 1, max: 64 });
  const plan = vggPlan<A>(where, network);
  const { normal } = randomNumbers(seed);

  const weights = new Map<string, ConvWeights>();
  let pictures = calibrationPictures(seed);
  for (const layer of plan.layers.slice(1)) {
    if (layer.startsWith('relu')) continue;
    if (layer.startsWith('pool')) {
      pictures = pictures.map((picture) => pooled(picture, plan.pooling));
      continue;
    }
    const [input, output] = [pictures[0]!.channels, channelsOf(layer, width)];
    const kernel = Float32Array.from({ length: 9 * input * output }, normal);
    const calibrated = calibrate(pictures, kernel, output);
    weights.set(layer, { kernel, bias: calibrated.bias, kernelShape: [3, 3, input, output] });
    pictures = calibrated.outputs;
  }
  return buildVgg(plan, undefined, weights);
}
