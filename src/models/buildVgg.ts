import { pool } from '../internal/kernels/pool.js';
import { relu } from '../internal/kernels/relu.js';
import type { Architecture, VggLayer } from './architectures.js';
import { type ConvWeights, convolutionMaker } from './convolutionMaker.js';
import type { FeatureExtractor } from './extractor.js';
import type { NamedOp } from './forwardPass.js';
import type { ColorMap } from './preprocessing.js';
import { sequential } from './sequential.js';
import type { VggPlan } from './vggPlan.js';

/** The network of a plan from the weights of its convolutions. */
export function buildVgg<A extends Architecture>(
  plan: VggPlan<A>,
  colors: ColorMap | ConvWeights | undefined,
  weights: ReadonlyMap<string, ConvWeights>,
): FeatureExtractor<VggLayer<A>> {
  const { layers, pooling, poolRounding } = plan;
  const { owns, convolution } = convolutionMaker(plan);
  const ops: NamedOp[] = [];
  if (colors !== undefined)
    ops.push({ name: '_colors', op: convolution('kernel' in colors ? colors : colorConvolution(colors)) });
  for (const name of layers.slice(1)) {
    if (name.startsWith('conv')) ops.push({ name, op: convolution(weights.get(name)!) });
    else ops.push({ name, op: name.startsWith('relu') ? relu : pool(pooling, poolRounding) });
  }
  return sequential(ops, owns);
}

/** A colour map as a 1x1 convolution. */
function colorConvolution({ matrix, bias }: ColorMap): ConvWeights {
  const kernel = Float32Array.from({ length: 9 }, (_, i) => matrix[i % 3]![Math.floor(i / 3)]!);
  return { kernel, kernelShape: [1, 1, 3, 3], bias: Float32Array.from(bias) };
}
