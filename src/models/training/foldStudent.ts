import type { ConvWeights } from '../convolutionMaker.js';
import { type NamedWeights, findArray, findConvolution } from './namedWeights.js';
import { renormEpsilon } from './renormLayer.js';
import { studentConvolutions } from './studentLayers.js';

/** A picture is centred with these before the student's first convolution. */
export const center = { mean: 0.45, deviation: 0.27 };

/** Multiplies a kernel `[h, w, in, out]` by a factor for each input and each output channel. */
export function scaleKernel(
  { kernel, kernelShape, bias }: ConvWeights,
  inputs: ArrayLike<number> | undefined,
  outputs: ArrayLike<number> | undefined,
): ConvWeights {
  const [, , input, output] = kernelShape;
  return {
    kernelShape,
    kernel: kernel.map((w, i) => w * (inputs?.[Math.floor(i / output) % input] ?? 1) * (outputs?.[i % output] ?? 1)),
    bias: bias.map((b, o) => b * (outputs?.[o] ?? 1)),
  };
}

/** The sum of a kernel over places and inputs, for each output channel. */
function sumOfKernel({ kernel, kernelShape }: ConvWeights): Float64Array {
  const sums = new Float64Array(kernelShape[3]);
  kernel.forEach((w, i) => (sums[i % sums.length]! += w));
  return sums;
}

/** The student with its normalisation folded into the convolutions, which see RGB in 0..1. Exact. */
export function foldedConvolutions(
  where: string,
  weights: NamedWeights,
  channels: readonly number[],
): Map<string, ConvWeights> {
  const folded = new Map<string, ConvWeights>();
  for (const { layer, input, output } of studentConvolutions(channels)) {
    const array = (field: string) => findArray(where, weights, `${layer}.${field}`, [output]).values;
    const [gamma, beta, mean, variance] = [array('gamma'), array('beta'), array('mean'), array('variance')];
    const bare = { ...weights, [`${layer}.bias`]: { shape: [output], values: new Float32Array(output) } };
    const convolution = findConvolution(where, bare, layer, input, output);
    const gain = gamma.map((g, o) => g / Math.sqrt(variance[o]! + renormEpsilon));
    let { kernel } = scaleKernel(convolution, undefined, gain);
    let bias = beta.map((b, o) => b - mean[o]! * gain[o]!);
    if (layer === 'conv1_1') {
      const sums = sumOfKernel({ kernel, kernelShape: convolution.kernelShape, bias });
      bias = bias.map((b, o) => b - (center.mean / center.deviation) * sums[o]!);
      kernel = kernel.map((w) => w / center.deviation);
    }
    folded.set(layer, { kernel, kernelShape: convolution.kernelShape, bias });
  }
  return folded;
}
