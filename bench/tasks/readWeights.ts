import {
  type VggLayer,
  type WeightSource,
  loadVgg,
  safetensors,
  tfjsManifest,
  torchCheckpoint,
} from '../../src/index.js';
import { timed } from '../measure.js';
import type { Task, Who } from '../types.js';

/** Where the weights are, in which format, and how many of them are wanted. */
export interface ReadWeightsOptions {
  readonly format: keyof typeof formats;
  readonly url: string;
  readonly upTo: VggLayer<'vgg19'>;
}

const formats = {
  safetensors: (url: string): WeightSource => safetensors(url),
  'safetensors, float16': (url: string): WeightSource => safetensors(url),
  'tfjs manifest': (url: string): WeightSource => tfjsManifest(url),
  'torch checkpoint': (url: string): WeightSource => torchCheckpoint(url),
};

/** A network is built from a URL and freed again, once a run. */
export async function readWeights(_: Who['name'], { format, url, upTo }: ReadWeightsOptions): Promise<Task> {
  const load = async (): Promise<void> => {
    const vgg = await loadVgg(formats[format](url), { upTo, preprocessing: 'none' });
    vgg.dispose();
  };
  await load();
  return { facts: {}, run: () => timed(load), end: () => undefined };
}
