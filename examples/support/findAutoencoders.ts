import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type AutoencoderFamilyName,
  type AutoencoderLevel,
  type AutoencoderSources,
  autoencoderLevels,
} from '../../src/index.js';
import { fileWeights } from '../../src/node/index.js';
import { type Part, type PublicFamily, isHalf, parts, publicFamilies } from './autoencoderFiles.js';

/** A family of autoencoders that has been found somewhere. */
export interface FoundFamily {
  readonly family: AutoencoderFamilyName;
  /** The levels of which both halves are there. */
  readonly levels: readonly AutoencoderLevel[];
  readonly sources: AutoencoderSources;
  /** The folder, or the one file that holds everything. */
  readonly place: string;
}

/** In the order in which they are preferred. */
const endings = ['.safetensors', '.pth', '.pt'];

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
function findHalves(family: PublicFamily, files: readonly string[], place: string): FoundFamily {
  const fileOf = (part: Part, level: AutoencoderLevel): string | undefined =>
    files.find((file) => isHalf(file, family, part, level));
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
  const isAnyHalf = (file: string): boolean =>
    publicFamilies.some((family) =>
      parts.some((part) => autoencoderLevels.some((level) => isHalf(file, family, part, level))),
    );
  const others = files.filter((file) => file.endsWith('.safetensors') && !isAnyHalf(file));
  const found = [
    ...publicFamilies.map((family) => findHalves(family, files, folder)),
    // Whatever else lies there need not be weights of this kind, nor whole.
    ...(await Promise.all(others.map((file) => findInFile(file).catch(() => [])))).flat(),
  ];
  return found.filter(({ levels }) => levels.length > 0);
}
