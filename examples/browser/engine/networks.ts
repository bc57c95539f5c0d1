import {
  type Autoencoder,
  type AutoencoderLevel,
  type FeatureExtractor,
  type PublicWeightsName,
  type WeightSource,
  WeightsError,
  autoencoderLevels,
  downloadWeights,
  loadAutoencoders,
  loadVgg,
  publicWeights,
  safetensors,
} from 'pastiche';
import { slimUrl } from 'pastiche/assets';
import type { WeightsName, WeightsReport } from '../protocol.js';

/** Told what is being read, with the part that has arrived where that is known. */
export type OnPhase = (text: string, fraction?: number) => void;

interface Watch {
  readonly signal: AbortSignal;
  readonly onPhase: OnPhase;
}

const deepest = 'relu5_1';

/** Bytes of the layers of VGG-19 that are fetched, `conv1_1` to `conv5_1`, as float32. */
function vggBytes(): number {
  const { layers } = publicWeights['vgg19-torchvision'];
  const widths = [64, 128, 256, 512, 512];
  let [inputs, sum] = [3, 0];
  for (const layer of layers.slice(0, layers.indexOf('conv5_1') + 1)) {
    const outputs = widths[Number(layer.charAt(4)) - 1]!;
    sum += 9 * inputs * outputs + outputs;
    inputs = outputs;
  }
  return 4 * sum;
}

const partsOf16x = autoencoderLevels.flatMap((level) =>
  (['encoder', 'decoder'] as const).map((part): PublicWeightsName => `ust16x-${part}-${level}`),
);
const sizeOf16x = partsOf16x.reduce((sum, name) => sum + (publicWeights[name].bytes ?? 0), 0);

const fromWeb = (name: PublicWeightsName) => ({
  host: new URL(publicWeights[name].url).host,
  license: publicWeights[name].license,
});

/** All weights that this page can paint with. */
export const weightsReports = (): WeightsReport[] => [
  { name: 'slim', method: 'both', bytes: 0, host: '', license: 'MIT' },
  { name: 'vgg19-torchvision', method: 'gatys', bytes: vggBytes(), ...fromWeb('vgg19-torchvision') },
  { name: 'ust16x', method: 'universal', bytes: sizeOf16x, ...fromWeb('ust16x-encoder-1') },
];

/** Says in the page's words that a download failed; the library's are the cause. */
async function downloading<T>(name: PublicWeightsName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new WeightsError(
      `Downloading the weights from ${fromWeb(name).host} failed. Check the network and try again, ` +
        'or choose the small weights, which need none.',
      { cause },
    );
  }
}

let slimBytes: Promise<Uint8Array> | undefined;

/** The small weights, fetched once. Asked for at the start of the page, so that they are there when they are needed. */
export async function slimWeights(): Promise<WeightSource> {
  slimBytes ??= (async () => {
    const response = await fetch(slimUrl).catch((cause: unknown) => {
      throw new WeightsError('The small weights did not arrive. Is there a network?', { cause });
    });
    if (!response.ok) throw new WeightsError(`The small weights did not arrive: HTTP ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  })();
  const bytes = await slimBytes.catch((error: unknown) => {
    slimBytes = undefined;
    throw error;
  });
  return safetensors(bytes);
}

/** The network of Gatys' method. The caller disposes it. */
export async function openVgg(name: WeightsName, { signal, onPhase }: Watch): Promise<FeatureExtractor> {
  if (name === 'slim') return loadVgg(await slimWeights(), { signal });
  const total = vggBytes();
  const onProgress = ({ loadedBytes }: { loadedBytes: number }): void => {
    onPhase('Downloading VGG-19', Math.min(1, loadedBytes / total));
  };
  onPhase('Downloading VGG-19', 0);
  return downloading('vgg19-torchvision', async () =>
    loadVgg(await downloadWeights('vgg19-torchvision', { signal, onProgress }), { upTo: deepest, signal }),
  );
}

/** The networks of universal style transfer, loaded. The caller disposes each. */
export async function openAutoencoders(name: WeightsName, { signal, onPhase }: Watch): Promise<Autoencoder[]> {
  if (name === 'slim') return loadAutoencoders(await slimWeights(), { family: 'slim', signal });
  const arrived = new Map<string, number>();
  const onProgress = ({ url, loadedBytes }: { url: string; loadedBytes: number }): void => {
    arrived.set(url, loadedBytes);
    const sum = [...arrived.values()].reduce((a, b) => a + b, 0);
    onPhase('Downloading autoencoders', Math.min(1, sum / sizeOf16x));
  };
  onPhase('Downloading autoencoders', 0);
  const open = (part: 'encoder' | 'decoder', level: AutoencoderLevel): Promise<WeightSource> =>
    downloadWeights(`ust16x-${part}-${level}`, { signal, onProgress });
  return downloading('ust16x-encoder-1', () => loadAutoencoders(open, { family: 'ust16x', signal }));
}
