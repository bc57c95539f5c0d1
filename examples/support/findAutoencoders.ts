import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type AutoencoderFamilyName,
  type AutoencoderLevel,
  type AutoencoderSources,
  autoencoderLevels,
} from '../../src/index.js';
import { fileWeights } from '../../src/node/index.js';

/** A family of autoencoders that has been found somewhere. */
export interface FoundFamily {
  readonly family: AutoencoderFamilyName;
  /** The levels of which both halves are there. */
  readonly levels: readonly AutoencoderLevel[];
  readonly sources: AutoencoderSources;
  /** The folder, or the one file that holds everything. */
  readonly place: string;
}

type Part = Parameters<AutoencoderSources>[0];
type Apart = 'ust' | 'ust16x';

/** Names of files without their endings: this project's, and those under which the weights were published. */
const fileNames: Readonly<Record<Apart, Readonly<Record<Part, (level: number) => string[]>>>> = {
  ust: {
    encoder: (level) => [`ust-encoder-${level}`, `vgg_normalised_conv${level}_1`],
    decoder: (level) => [`ust-decoder-${level}`, `feature_invertor_conv${level}_1`],
  },
  ust16x: {
    encoder: (level) => [`ust16x-encoder-${level}`, `${level}SE`],
    decoder: (level) => [`ust16x-decoder-${level}`, `${level}SD`],
  },
};
const families = Object.keys(fileNames) as Apart[];
const parts: readonly Part[] = ['encoder', 'decoder'];

/** In the order in which they are preferred. */
const endings = ['.safetensors', '.pth', '.pt'];

/** Names that a file of the level may have, for messages. */
export const expectedNames = (family: Apart, part: Part, level: AutoencoderLevel): string =>
  fileNames[family][part](level)
    .map((name) => `${name}${name.startsWith(family) ? '.safetensors' : '.pth'}`)
    .join(' or ');

const withoutEnding = (file: string): string => path.basename(file, path.extname(file));

/** All files of a folder and of the folders in it. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const deeper = entries
    .filter((entry) => entry.isDirectory())
    .map(async ({ name }) => (await readdir(path.join(folder, name))).map((file) => path.join(name, file)));
  const here = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return [...here, ...(await Promise.all(deeper)).flat()].map((file) => path.join(folder, file)).sort();
}

/** A family whose encoders and decoders are files of their own. */
function findApart(family: Apart, files: readonly string[], place: string): FoundFamily {
  const fileOf = (part: Part, level: AutoencoderLevel): string | undefined =>
    files.find((file) => fileNames[family][part](level).includes(withoutEnding(file)));
  return {
    family,
    levels: autoencoderLevels.filter((level) => parts.every((part) => fileOf(part, level) !== undefined)),
    sources: (part, level) => fileWeights(fileOf(part, level)!),
    place,
  };
}

/** The autoencoders of one file that holds all of them under this project's names. */
export async function findInFile(file: string): Promise<FoundFamily> {
  const source = await fileWeights(file);
  const arrays = await source.entries();
  const has = (level: AutoencoderLevel): boolean =>
    ['encoder', `decoder${level}`].every((part) => arrays.has(`${part}.conv${level}_1.weight`));
  return { family: 'slim', levels: autoencoderLevels.filter(has), sources: () => source, place: file };
}

/** The families that a folder holds, by the names of their files; the most faithful one first. */
export async function findInFolder(folder: string): Promise<FoundFamily[]> {
  const all = await filesIn(folder);
  const files = endings.flatMap((ending) => all.filter((file) => path.extname(file).toLowerCase() === ending));
  const parted = new Set(
    families.flatMap((family) =>
      parts.flatMap((part) => autoencoderLevels.flatMap((level) => fileNames[family][part](level))),
    ),
  );
  const whole = files.filter((file) => file.endsWith('.safetensors') && !parted.has(withoutEnding(file)));
  const found = [
    ...families.map((family) => findApart(family, files, folder)),
    // Whatever else lies there need not be weights of this kind, nor whole.
    ...(await Promise.all(whole.map((file) => findInFile(file).catch(() => [])))).flat(),
  ];
  return found.filter(({ levels }) => levels.length > 0);
}
