import { WeightsError } from '../errors.js';
import { assertOneOf, show } from '../internal/assert.js';
import { type ColorMap, type Preprocessing, colorMap, preprocessings } from './preprocessing.js';
import { type Convolution, type ReadOptions, type WeightSource, readConvolution } from './weights/index.js';

const where = 'loadVgg';

/** What the weights expect, in the order of certainty that `LoadVggOptions.preprocessing` states. */
export async function expectedColors(
  source: WeightSource,
  preprocessing: Preprocessing | undefined,
  note: string | undefined,
  read: ReadOptions,
): Promise<ColorMap | Convolution | undefined> {
  if (preprocessing !== undefined && typeof preprocessing !== 'object') {
    assertOneOf(where, 'preprocessing', preprocessing, preprocessings);
  }
  const choice = preprocessing ?? (await recorded(source, note, read));
  if (choice !== 'conv0') return colorMap(where, choice);
  const shape = { kernelSize: 1, inputChannels: 3, outputChannels: 3 };
  return readConvolution(source, 'conv0', ['conv0', 'encoder.conv0', '0'], shape, read);
}

/** What is written with or among the weights. */
async function recorded(
  source: WeightSource,
  note: string | undefined,
  read: ReadOptions,
): Promise<Exclude<Preprocessing, ColorMap>> {
  // 'caffe-bgr' and 'caffe' are the same convention.
  const known = preprocessings.find((name) => note === name || note?.startsWith(`${name}-`));
  if (known !== undefined) return known;
  const names = [...(await source.entries(read)).keys()];
  if (names.some((name) => /(^|\.)conv0\.weight$/.test(name))) return 'conv0';
  if (names.some((name) => name.includes('block1_conv1'))) return 'caffe';
  throw new WeightsError(
    `${where}: ${source.description} does not say which preprocessing its weights expect` +
      `${note === undefined ? '' : ` (its note is ${show(note)})`}: set options.preprocessing to one of ` +
      `${preprocessings.map((name) => `'${name}'`).join(', ')}. Weights of torchvision need 'torchvision', ` +
      `those of the original VGG release (caffe) and of Keras need 'caffe'`,
  );
}
