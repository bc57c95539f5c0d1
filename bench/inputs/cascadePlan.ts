import { type AutoencoderLevel, autoencoderLevels, vggConvolutions } from '../../src/index.js';
import { blockOf } from '../../src/models/architectures.js';
import { asset } from '../../examples/support/weights.js';
import type { CascadeOptions, NetPlan } from '../tasks/cascade.js';
import { sharedFile } from './files.js';
import { drawnPictures } from './pictures.js';

/** Convolutions with a relu after each, and `between` where a block ends. */
function steps(layers: readonly string[], arrayOf: (layer: string) => string, between: 'pool' | 'up'): string[] {
  return layers.flatMap((layer, i) => [
    ...(i > 0 && blockOf(layer) !== blockOf(layers[i - 1]!) ? [between] : []),
    arrayOf(layer),
    'relu',
  ]);
}

const short = (layer: string): string => layer.replace('_', '');

function compressed(level: AutoencoderLevel): { encoder: NetPlan; decoder: NetPlan } | undefined {
  const [encoder, decoder] = ['encoder', 'decoder'].map((part) =>
    sharedFile(`weights/ust16x-${part}-${level}.safetensors`),
  );
  if (encoder === undefined || decoder === undefined) return undefined;
  const layers = vggConvolutions('vgg19', `conv${level}_1`);
  return {
    encoder: { file: encoder, steps: ['conv0', ...steps(layers, short, 'pool')] },
    decoder: { file: decoder, steps: steps(layers.toReversed(), short, 'up') },
  };
}

function slim(level: AutoencoderLevel): { encoder: NetPlan; decoder: NetPlan } {
  const file = asset('slim.safetensors');
  const layers = vggConvolutions('vgg19', `conv${level}_1`);
  const decoder = steps(layers.toReversed(), (layer) => `decoder${level}.${layer}`, 'up');
  return {
    encoder: { file, steps: steps(layers, (layer) => `encoder.${layer}`, 'pool') },
    // No relu after the last convolution.
    decoder: { file, steps: decoder.slice(0, -1) },
  };
}

/** Five levels of the compressed public models where they lie beside the repository, of its own small ones elsewhere. */
export function cascadePlan(): Pick<CascadeOptions, 'family' | 'levels'> {
  const levels = autoencoderLevels.toReversed();
  const found = levels.map((level) => ({ level, nets: compressed(level) }));
  const all = found.every(({ nets }) => nets !== undefined);
  return {
    family: all ? 'ust16x' : 'slim',
    levels: found.map(({ level, nets }) => ({ level, ...(all ? nets! : slim(level)) })),
  };
}

/** The cascade over the repository's own pictures. */
export const cascadeOptions = async (size: number, cached: boolean): Promise<CascadeOptions> => ({
  ...cascadePlan(),
  strength: 0.6,
  pictures: await drawnPictures(size),
  cached,
});
