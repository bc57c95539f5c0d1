import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type PublicWeightsName,
  type WeightArray,
  type WeightCache,
  type WeightSource,
  downloadWeights,
  publicWeights,
} from '../../src/index.js';
import { fileWeights, folderCache } from '../../src/node/index.js';

/** A file of this repository's `assets` folder. */
export const asset = (name: string): string => fileURLToPath(new URL(`../../assets/${name}`, import.meta.url));

/** Where downloaded weights are kept. */
export const weightCache = (): WeightCache => folderCache(path.join(os.homedir(), '.cache', 'pastiche'));

/** Weights by the path of a file or by a public name, which is downloaded once; without either the small ones of this repository. */
export async function openWeights(name = asset('slim.safetensors')): Promise<WeightSource> {
  if (existsSync(name)) return fileWeights(name);
  if (name in publicWeights) return downloadWeights(name as PublicWeightsName, { cache: weightCache() });
  throw new Error(
    `There is no file ${name}, and no public weights of that name: ${Object.keys(publicWeights).join(', ')}.`,
  );
}

/** All arrays of some weights by name. */
export async function allArrays(source: WeightSource): Promise<Record<string, WeightArray>> {
  const names = [...(await source.entries()).keys()];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await source.read(name)] as const)));
}
