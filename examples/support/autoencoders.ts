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
import { type FoundFamily, expectedNames, findInFile, findInFolder } from './findAutoencoders.js';
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

const publicFamilies = ['ust', 'ust16x'] as const;

/** A public family by name: what is not in the cache is downloaded when it is needed. */
function download(family: (typeof publicFamilies)[number]): FoundFamily {
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
  if (name !== undefined) return [download(name)];
  throw new Error(
    `--models: there is no folder or file ${models}, and no public autoencoders of that name: ${publicFamilies.join(', ')}.`,
  );
}

const nothing = (models: string): string =>
  `--models: ${models} holds no autoencoders under a known name. What is looked for, for levels 1 to 5:\n` +
  publicFamilies
    .map((f) => `  ${f}: ${expectedNames(f, 'encoder', 1)}, with ${expectedNames(f, 'decoder', 1)}`)
    .join('\n') +
  `\n  slim: one file with arrays such as encoder.conv1_1.weight and decoder1.conv1_1.weight` +
  `\n--models ust16x downloads a small family (10 MB), --models ust the original one.`;

const inWords = ({ family, levels }: FoundFamily): string => `${family} (levels ${levels.join(', ')})`;

/** Which files would have to be added for the levels that were asked for. */
function missing(models: string, found: readonly FoundFamily[], levels: readonly number[]): string {
  const lacking = found.flatMap(({ family, levels: known }) =>
    family === 'slim'
      ? []
      : levels
          .filter((level) => !known.some((one) => one === level))
          .map((level) => level as AutoencoderLevel)
          .map(
            (l) => `  ${family}: ${expectedNames(family, 'encoder', l)}, with ${expectedNames(family, 'decoder', l)}`,
          ),
  );
  return [
    `--levels: ${models} holds ${found.map(inWords).join(', ')}; got ${levels.join(',')}. Ask for levels that are there, or add:`,
    ...lacking,
  ].join('\n');
}

/** The family to use: the first that has all levels asked for; without such a wish, one that has the most. */
function choose(found: readonly FoundFamily[], models: string, { family, levels }: ModelsOptions): FoundFamily {
  if (found.length === 0) throw new Error(nothing(models));
  const there = found.map(inWords).join(', ');
  const named = family === undefined ? found : found.filter((one) => one.family === family);
  if (named.length === 0) throw new Error(`--family: ${models} holds ${there}; got '${family!}'.`);
  const most = Math.max(...named.map((one) => one.levels.length));
  const fits = (one: FoundFamily): boolean =>
    levels === undefined
      ? one.levels.length === most
      : levels.every((level) => one.levels.some((known) => known === level));
  const chosen = named.find(fits);
  if (chosen === undefined) throw new Error(missing(models, named, levels!));
  return chosen;
}

/** Finds autoencoders by `--models` and says what was found. */
export async function openAutoencoders(options: ModelsOptions): Promise<OpenedModels> {
  const models = options.models ?? asset('slim.safetensors');
  const unknown = options.levels?.find((level) => !autoencoderLevels.some((known) => known === level));
  if (unknown !== undefined)
    throw new Error(`--levels must be some of ${autoencoderLevels.join(',')}; got ${unknown}.`);
  const found = await find(models);
  const { family, sources, place, levels: known } = choose(found, models, options);
  // Coarse to fine, as the levels are gone through; a strength for each is then in the order of the list.
  const usual = options.models === undefined ? slimCascade.levels : [...known].reverse();
  const wanted = (options.levels ?? usual) as readonly AutoencoderLevel[];
  const others =
    found.length > 1 && options.family === undefined
      ? `; found ${found.map(inWords).join(', ')}: --family chooses`
      : '';
  return {
    levels: await loadAutoencoders(sources, { family, levels: wanted, lazy: true }),
    family,
    description: `${family}, levels ${wanted.join(', ')}, from ${place}${others}`,
  };
}
