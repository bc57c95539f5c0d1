import {
  type Autoencoder,
  type AutoencoderLevel,
  type FeatureExtractor,
  type PublicWeightsName,
  type WeightSource,
  WeightsError,
  downloadWeights,
  loadAutoencoders,
  loadVgg,
  safetensors,
} from 'pastiche';
import { slimUrl } from 'pastiche/assets';
import type { WeightsName } from '../protocol.js';
import type { Watch } from './painter.js';
import { autoencoderBytes, deepest, hostOf, vggBytes } from './weightsReports.js';

/** Says in the page's words that a download failed; the library's are the cause. */
async function downloading<T>(name: PublicWeightsName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new WeightsError(
      `Downloading the weights from ${hostOf(name)} failed. Check the network and try again, ` +
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
  const onProgress = ({ loadedBytes }: { loadedBytes: number }): void => {
    onPhase('Downloading VGG-19', Math.min(1, loadedBytes / vggBytes));
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
    onPhase('Downloading autoencoders', Math.min(1, sum / autoencoderBytes));
  };
  onPhase('Downloading autoencoders', 0);
  const open = (part: 'encoder' | 'decoder', level: AutoencoderLevel): Promise<WeightSource> =>
    downloadWeights(`ust16x-${part}-${level}`, { signal, onProgress });
  return downloading('ust16x-encoder-1', () => loadAutoencoders(open, { family: 'ust16x', signal }));
}
