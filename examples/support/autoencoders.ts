import { statSync } from 'node:fs';
import { slimCascade } from 'pastiche/assets';
import {
  type Autoencoder,
  type AutoencoderFamilyName,
  type AutoencoderLevel,
  autoencoderFamilies,
  autoencoderLevels,
  downloadWeights,
  loadAutoencoders,
} from '../../src/index.js';
import { type PublicFamily, publicFamilies } from './autoencoderFiles.js';
import { chooseFamily, inWords } from './chooseFamily.js';
import { type FoundFamily, findInFile, findInFolder } from './findAutoencoders.js';
import { asset, weightCache } from './weights.js';

/** What `--models`, `--family` and `--levels` say. */
export interface ModelsOptions {
  /** A folder, a file or a public name. @defaultValue the small weights of this repository */
  readonly models?: string | undefined;
  /** Which family, where a folder holds several. */
  readonly family?: string | undefined;
  /** @defaultValue all that there are; of the small weights of this repository those that paint well */
  readonly levels?: readonly number[] | undefined;
}

/** Autoencoders, not loaded yet, with a sentence about what they are. */
export interface OpenedModels {
  readonly levels: Autoencoder[];
  readonly family: AutoencoderFamilyName;
  readonly description: string;
}

/** A public family: what is not in the cache is downloaded when it is needed. */
function published(family: PublicFamily): FoundFamily {
  return {
    family,
    levels: autoencoderFamilies[family].levels,
    place: 'public weights',
    async sources(part, level) {
      let said = false;
      const onProgress = ({ url }: { url: string }): void => {
        if (!said) console.error(`  downloading ${url}`);
        said = true;
      };
      return downloadWeights(`${family}-${part}-${level}`, { cache: weightCache(), onProgress });
    },
  };
}

async function find(models: string): Promise<FoundFamily[]> {
  const entry = statSync(models, { throwIfNoEntry: false });
  if (entry?.isDirectory() === true) return findInFolder(models);
  if (entry !== undefined) return [await findInFile(models)].filter(({ levels }) => levels.length > 0);
  const name = publicFamilies.find((family) => family === models);
  if (name !== undefined) return [published(name)];
  throw new Error(
    `--models: there is no folder or file ${models}, and no public autoencoders of that name: ${publicFamilies.join(', ')}.`,
  );
}

/** Finds autoencoders by `--models` and says what was found. */
export async function openAutoencoders(options: ModelsOptions): Promise<OpenedModels> {
  const models = options.models ?? asset('slim.safetensors');
  const known: readonly number[] = autoencoderLevels;
  const unknown = options.levels?.find((level) => !known.includes(level));
  if (unknown !== undefined) throw new Error(`--levels must be some of ${known.join(',')}; got ${unknown}.`);
  const found = await find(models);
  const { family, sources, place, levels: there } = chooseFamily(found, { ...options, models });
  // Coarse to fine, as the levels are gone through; a strength for each is then in the order of the list.
  const usual = options.models === undefined ? slimCascade.levels : [...there].reverse();
  const levels = (options.levels ?? usual) as readonly AutoencoderLevel[];
  const others = found.length > 1 && options.family === undefined ? `; found ${inWords(found)}: --family chooses` : '';
  return {
    levels: await loadAutoencoders(sources, { family, levels, lazy: true }),
    family,
    description: `${family}, levels ${levels.join(', ')}, from ${place}${others}`,
  };
}
