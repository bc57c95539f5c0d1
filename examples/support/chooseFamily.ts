import type { AutoencoderLevel } from '../../src/index.js';
import { expectedFiles, publicFamilies } from './autoencoderFiles.js';
import type { FoundFamily } from './findAutoencoders.js';

/** `ust (levels 1, 2, 3), slim (levels 1)`. */
export const inWords = (found: readonly FoundFamily[]): string =>
  found.map(({ family, levels }) => `${family} (levels ${levels.join(', ')})`).join(', ');

const nothingIn = (models: string): string =>
  `--models: ${models} holds no autoencoders under a known name. What is looked for, for levels 1 to 5:\n` +
  publicFamilies.map((family) => `  ${expectedFiles(family, 1)}\n`).join('') +
  `  slim: one file with arrays such as encoder.conv1_1.weight and decoder1.conv1_1.weight\n` +
  `--models ust16x downloads a small family (10 MB), --models ust the original one.`;

const has = (known: readonly number[], level: number): boolean => known.includes(level);

/** Which files would have to be added for the levels that were asked for. */
function missingFrom(models: string, found: readonly FoundFamily[], levels: readonly number[]): string {
  const files = found.flatMap(({ family, levels: known }) =>
    family === 'slim'
      ? []
      : levels.filter((level) => !has(known, level)).map((level) => expectedFiles(family, level as AutoencoderLevel)),
  );
  return [
    `--levels: ${models} holds ${inWords(found)}; got ${levels.join(',')}. Ask for levels that are there, or add:`,
    ...files.map((line) => `  ${line}`),
  ].join('\n');
}

/** The family to use: the first that has all levels asked for; without such a wish, one that has the most. */
export function chooseFamily(
  found: readonly FoundFamily[],
  { models, family, levels }: { models: string; family?: string | undefined; levels?: readonly number[] | undefined },
): FoundFamily {
  if (found.length === 0) throw new Error(nothingIn(models));
  const named = family === undefined ? found : found.filter((one) => one.family === family);
  if (named.length === 0) throw new Error(`--family: ${models} holds ${inWords(found)}; got '${family!}'.`);
  const most = Math.max(...named.map((one) => one.levels.length));
  if (levels === undefined) return named.find((one) => one.levels.length === most)!;
  const chosen = named.find((one) => levels.every((level) => has(one.levels, level)));
  if (chosen === undefined) throw new Error(missingFrom(models, named, levels));
  return chosen;
}
