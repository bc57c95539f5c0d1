import path from 'node:path';
import type { AutoencoderLevel, AutoencoderSources } from '../../src/index.js';

/* What the files of published autoencoders are called. */

/** The half of an autoencoder. */
export type Part = Parameters<AutoencoderSources>[0];
export const parts: readonly Part[] = ['encoder', 'decoder'];

/** The families that are published, every encoder and every decoder as a file of its own. */
export const publicFamilies = ['ust', 'ust16x'] as const;
export type PublicFamily = (typeof publicFamilies)[number];

/** Names without their endings: this project's, and those under which the weights were published. */
const fileNames: Readonly<Record<PublicFamily, Readonly<Record<Part, (level: number) => string[]>>>> = {
  ust: {
    encoder: (level) => [`ust-encoder-${level}`, `vgg_normalised_conv${level}_1`],
    decoder: (level) => [`ust-decoder-${level}`, `feature_invertor_conv${level}_1`],
  },
  ust16x: {
    encoder: (level) => [`ust16x-encoder-${level}`, `${level}SE`],
    decoder: (level) => [`ust16x-decoder-${level}`, `${level}SD`],
  },
};

const withoutEnding = (file: string): string => path.basename(file, path.extname(file));

/** Whether a file is called as that half of an autoencoder. */
export const isHalf = (file: string, family: PublicFamily, part: Part, level: AutoencoderLevel): boolean =>
  fileNames[family][part](level).includes(withoutEnding(file));

/** The names that both files of a level may have, for messages. */
export function expectedFiles(family: PublicFamily, level: AutoencoderLevel): string {
  const [encoder, decoder] = parts.map((part) =>
    fileNames[family][part](level)
      .map((name) => `${name}${name.startsWith(family) ? '.safetensors' : '.pth'}`)
      .join(' or '),
  );
  return `${family}: ${encoder!}, with ${decoder!}`;
}
