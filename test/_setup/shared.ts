import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type StoredArray, arraysOf } from './safetensors';

export { toImage } from './safetensors';

/* Real weights, photographs and golden values: a folder beside the repository that is not part of it. Node only. */

const folder = path.resolve(process.cwd(), '../shared/data');

/** Whether the folder is there. Tests that need it use `describe.skipIf(!hasSharedData)` and say so. */
export const hasSharedData = existsSync(folder);
if (!hasSharedData)
  console.warn('../shared/data is not there: tests against golden values and real weights are skipped.');

export const sharedPath = (name: string): string => path.join(folder, name);
export const sharedBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(sharedPath(name)));
export const sharedJson = (name: string): unknown => JSON.parse(readFileSync(sharedPath(name), 'utf8'));

/** All arrays of a trusted safetensors file. */
export const sharedArrays = (name: string): Map<string, StoredArray> => arraysOf(sharedBytes(name));
