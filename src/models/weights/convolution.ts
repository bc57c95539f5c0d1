import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
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

/** How frameworks call kernel and bias of a layer: PyTorch, Keras and TensorFlow.js, Keras 1, frozen graphs. */
const FORMS: readonly (readonly [kernel: string, bias: string])[] = [
  ['.weight', '.bias'],
  ['/kernel', '/bias'],
  ['/kernel:0', '/bias:0'],
  ['_W_1:0', '_b_1:0'],
  ['_W_1', '_b_1'],
  ['_W:0', '_b:0'],
  ['_W', '_b'],
  ['/Conv2D/ReadVariableOp', '/BiasAdd/ReadVariableOp'],
];

/** `[out, in, h, w]` to `[h, w, in, out]`. */
function toHwio(values: Float32Array, [out, input, h, w]: readonly [number, number, number, number]): Float32Array {
  const result = new Float32Array(values.length);
  let from = 0;
  for (let o = 0; o < out; o++)
    for (let i = 0; i < input; i++)
      for (let place = 0; place < h * w; place++) result[(place * input + i) * out + o] = values[from++]!;
  return result;
}

/** What torch puts before every name of a network that was saved out of `DataParallel` (`module.`) or `compile` (`_orig_mod.`). */
const WRAPPERS = /^(?:(?:module|_orig_mod)\.)+/;

/**
 * The names of kernel and bias: exactly a candidate's, that of a wrapped network, or one that ends with it after a '/' (a model's
 * or scope's name).
 */
function findNames(
  candidates: readonly string[],
  names: ReadonlySet<string>,
): [kernel: string, bias: string] | undefined {
  const unwrapped = new Map([...names].map((name) => [name.replace(WRAPPERS, ''), name]));
  const inScope = (ending: string): string | undefined => {
    const found = [...names].filter((name) => name.endsWith(`/${ending}`));
    return found.length === 1 ? found[0] : undefined;
  };
  const ways = [(name: string) => (names.has(name) ? name : undefined), (name: string) => unwrapped.get(name), inScope];
  for (const find of ways)
    for (const base of candidates)
      for (const [kernel, bias] of FORMS) {
        const name = find(base + kernel);
        if (name !== undefined) return [name, name.slice(0, -kernel.length) + bias];
      }
  return undefined;
}

/** Whether arrays of these names hold a convolution under one of its possible names. */
export const hasConvolution = (names: ReadonlySet<string>, candidates: readonly string[]): boolean =>
  findNames(candidates, names) !== undefined;

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
  const names = findNames(candidates, new Set(entries.keys()));
  if (names === undefined) {
    const tried = listNames(
      candidates.flatMap((base) => FORMS.slice(0, 2).map(([kernel]) => base + kernel)),
      12,
    );
    throw new WeightsError(`${where}: expected a kernel named like ${tried}; got ${listNames(entries.keys())}`);
  }
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
    kernel: source.kernelLayout === 'OIHW' ? toHwio(kernel.values, [a, b, c, d]) : kernel.values,
    kernelShape: [h, w, inputChannels, outputChannels],
    bias: bias.values,
    name: kernelName,
  };
}
