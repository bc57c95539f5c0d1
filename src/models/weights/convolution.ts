import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { convolutionNames, triedNames } from './convolutionNames.js';
import { toHwio } from './kernelLayout.js';
import { listNames } from './shape.js';
import type { ReadOptions, WeightArray, WeightSource } from './source.js';

/** The weights of one convolution, in the order of TensorFlow.js. The caller owns the arrays. */
export interface Convolution {
  /** `[h, w, in, out]`, row-major. */
  readonly kernel: Float32Array;
  /** Sides of the kernel. */
  readonly kernelShape: readonly [h: number, w: number, inputChannels: number, outputChannels: number];
  /** `[out]` */
  readonly bias: Float32Array;
  /** The kernel's name in the source. */
  readonly name: string;
}

/** What a layer's weights must look like. */
export interface ExpectedConvolution {
  /** Height and width of the kernel. */
  readonly kernelSize?: number | undefined;
  /** Channels that the layer reads. */
  readonly inputChannels?: number | undefined;
  /** Channels that it makes. */
  readonly outputChannels?: number | undefined;
}

/**
 * Kernel and bias of one convolution layer, found under any of the names that it may have, turned into the order of
 * TensorFlow.js and checked.
 *
 * @param layer - for messages, such as `'conv1_1'`
 * @param candidates - the layer's possible names without what frameworks append: `'features.0'` for `features.0.weight`
 * @param expected - what is known of the shape
 * @throws WeightsError if there is no such layer (lists what was tried), or its shape is another (says which)
 */
export async function readConvolution(
  source: WeightSource,
  layer: string,
  candidates: readonly string[],
  expected: ExpectedConvolution = {},
  options: ReadOptions = {},
): Promise<Convolution> {
  const where = `${source.description}: layer ${show(layer)}`;
  const check = (holds: boolean, message: () => string): void =>
    assert(holds, () => `${where}: ${message()}`, WeightsError);

  const entries = await source.entries(options);
  const names = convolutionNames(candidates, new Set(entries.keys()));
  if (names === undefined)
    throw new WeightsError(
      `${where}: expected a kernel named like ${triedNames(candidates)}; got ${listNames(entries.keys())}`,
    );
  const [kernelName, biasName] = names;
  const shape = entries.get(kernelName)!.shape;
  const biasShape = entries.get(biasName)?.shape;
  check(
    shape.length === 4 && !shape.includes(0),
    () => `expected the kernel ${show(kernelName)} to have 4 axes, none empty; got ${show(shape)}`,
  );
  const [a, b, c, d] = shape as [number, number, number, number];
  const [h, w, inputChannels, outputChannels] = source.kernelLayout === 'OIHW' ? [c, d, b, a] : [a, b, c, d];
  const { kernelSize = h } = expected;
  const want = [
    kernelSize,
    expected.kernelSize ?? w,
    expected.inputChannels ?? inputChannels,
    expected.outputChannels ?? outputChannels,
  ];
  check(
    [h, w, inputChannels, outputChannels].every((side, i) => side === want[i]),
    () =>
      `expected the kernel ${show(kernelName)} to be ${want[0]!}x${want[1]!} from ${want[2]!} to ${want[3]!} channels; ` +
      `got ${h}x${w} from ${inputChannels} to ${outputChannels}`,
  );
  if (biasShape === undefined)
    throw new WeightsError(`${where}: expected the bias ${show(biasName)} beside ${show(kernelName)}; got none`);
  check(
    biasShape.length === 1 && biasShape[0] === outputChannels,
    () => `expected the bias ${show(biasName)} to be [${outputChannels}]; got ${show(biasShape)}`,
  );

  const [kernel, bias] = await Promise.all([source.read(kernelName, options), source.read(biasName, options)]);
  const finite = ({ values }: WeightArray): boolean => values.every(Number.isFinite);
  check(
    finite(kernel) && finite(bias),
    () => `expected finite numbers in ${show(kernelName)} and ${show(biasName)}; got NaN or infinity`,
  );
  return {
    kernel: source.kernelLayout === 'OIHW' ? toHwio({ values: kernel.values, shape }) : kernel.values,
    kernelShape: [h, w, inputChannels, outputChannels],
    bias: bias.values,
    name: kernelName,
  };
}
