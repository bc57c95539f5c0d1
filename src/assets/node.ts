/* `pastiche/assets` in Node, which cannot fetch a file: the same names as in index.ts, which documents them. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type WeightSource, safetensors } from '../models/weights/index.js';
import { fileReader } from '../node/index.js';

// In CommonJS, where there is no import.meta, __filename says where this module lies.
const here = typeof __filename === 'string' ? pathToFileURL(__filename).href : import.meta.url;

export const slimUrl: URL = new URL('../../assets/slim.safetensors', here);

export const slimWeights = (): WeightSource => safetensors(fileReader(fileURLToPath(slimUrl)));

export { type CascadeSettings, slimCascade, slimRecipe } from './settings.js';
