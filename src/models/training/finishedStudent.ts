import type { OwnedTensors } from '../../internal/ownedTensors.js';
import type { ConvWeights } from '../convolutionMaker.js';
import type { DrawBatch } from './batches.js';
import type { DecoderBlock } from './blockDecoder.js';
import { foldedConvolutions, scaleKernel } from './foldStudent.js';
import { type NamedWeights, findConvolution, namedConvolution } from './namedWeights.js';
import { secondMoments } from './secondMoments.js';

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
