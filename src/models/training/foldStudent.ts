import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sumPositions } from '../../internal/kernels/convGradients.js';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import { type ConvWeights, buildVgg, vggPlan } from '../buildVgg.js';
import type { DrawBatch } from './batches.js';
import type { DecoderBlock } from './blockDecoder.js';
import { type NamedWeights, findArray, findConvolution, namedConvolution } from './namedWeights.js';
import { renormEpsilon } from './renormLayer.js';
import { studentConvolutions, studentPadding } from './studentLayers.js';

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

/** The root of the mean square of every channel of every layer over some batches. */
async function secondMoments(
  convolutions: ReadonlyMap<string, ConvWeights>,
  channels: readonly number[],
  drawBatch: DrawBatch,
  batches: number,
  owned: OwnedTensors,
): Promise<Map<string, Float64Array>> {
  const upTo = `relu${channels.length}_1` as 'relu1_1';
  const plan = vggPlan('distillEncoder', { padding: studentPadding, upTo, gradients: false });
  const network = buildVgg(plan, undefined, convolutions);
  try {
    const layers = [...convolutions.keys()];
    const sums = new Map(
      layers.map((layer) => [layer, { count: 0, squares: new Float64Array(convolutions.get(layer)!.bias.length) }]),
    );
    for (let step = 0; step < batches; step++) {
      const image = owned.own(await drawBatch(step));
      const squares = tf.tidy(() => {
        const features = network.features(
          image,
          layers.map((layer) => layer.replace('conv', 'relu') as 'relu1_1'),
        );
        return Object.values(features).map((x): [number, Tensor] => [
          x.size / x.shape[3],
          owned.own(sumPositions(tf.square(x))),
        ]);
      });
      for (const [i, [count, tensor]] of squares.entries()) {
        const values = await tensor.data<'float32'>();
        const sum = sums.get(layers[i]!)!;
        sum.count += count;
        values.forEach((value, c) => (sum.squares[c]! += value));
      }
      owned.dispose(image, ...squares.map(([, tensor]) => tensor));
    }
    return new Map([...sums].map(([layer, { count, squares }]) => [layer, squares.map((s) => Math.sqrt(s / count))]));
  } finally {
    network.dispose();
  }
}

/** Channels that hardly ever answer are not blown up further. */
const leastMoment = 1e-3;

/**
 * The student as others use it: folded, and every channel scaled to unit second moment, which changes nothing else, since relu
 * and pooling commute with positive factors. Beside it, for every level, the decoder that learned along, scaled to match.
 */
export async function finishedStudent(
  where: string,
  weights: NamedWeights,
  channels: readonly number[],
  blocks: readonly DecoderBlock[],
  drawBatch: DrawBatch,
  batches: number,
  owned: OwnedTensors,
): Promise<NamedWeights> {
  const folded = foldedConvolutions(where, weights, channels);
  const moments = await secondMoments(folded, channels, drawBatch, batches, owned);
  const factor = (layer: string): Float64Array => moments.get(layer)!.map((r) => Math.max(r, leastMoment));
  const inverse = (layer: string): Float64Array => factor(layer).map((r) => 1 / r);
  let result: NamedWeights = {};
  let before: string | undefined;
  for (const [layer, convolution] of folded) {
    const inputs = before === undefined ? undefined : factor(before);
    result = { ...result, ...namedConvolution(`encoder.${layer}`, scaleKernel(convolution, inputs, inverse(layer))) };
    before = layer;
  }
  const decoders = blocks.map((block) =>
    block.layers.flatMap(({ name, parameters }, i): [string, ConvWeights][] => {
      const [kernel] = parameters;
      if (kernel === undefined) return [];
      const [, , input, output] = kernel.variable.shape as [number, number, number, number];
      const convolution = findConvolution(where, weights, `block.${name}`, input, output);
      const last = block.layers.slice(i + 1).every((layer) => layer.parameters.length === 0);
      const inputs = i === 0 ? factor(block.from) : undefined;
      const outputs = last && block.to !== undefined ? inverse(block.to) : undefined;
      return [[name, scaleKernel(convolution, inputs, outputs)]];
    }),
  );
  for (let level = 1; level <= decoders.length; level++)
    for (const [layer, convolution] of decoders.slice(0, level).reverse().flat())
      result = { ...result, ...namedConvolution(`decoder${level}.${layer}`, convolution) };
  return result;
}
