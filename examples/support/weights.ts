import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PublicWeightsName, type WeightSource, downloadWeights, publicWeights } from '../../src/index.js';
import { fileWeights, folderCache } from '../../src/node/index.js';

/** A file of this repository's `assets` folder. */
export const asset = (name: string): string => fileURLToPath(new URL(`../../assets/${name}`, import.meta.url));

/** Weights by the path of a file or by a public name, which is downloaded once; without either the small ones of this repository. */
export async function openWeights(name = asset('slim.safetensors')): Promise<WeightSource> {
  if (existsSync(name)) return fileWeights(name);
  if (name in publicWeights) {
    const cache = folderCache(path.join(os.homedir(), '.cache', 'pastiche'));
    return downloadWeights(name as PublicWeightsName, { cache });
  }
  throw new Error(
    `There is no file ${name}, and no public weights of that name: ${Object.keys(publicWeights).join(', ')}.`,
  );
}
