import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { WeightsError } from '../errors.js';
import { assert, show } from '../internal/assert.js';
import { type WeightSource, safetensors, tfjsManifest, torchCheckpoint } from '../models/weights/index.js';
import { fileReader } from './fileReader.js';

const readers: Readonly<Record<string, (file: string) => Promise<WeightSource> | WeightSource>> = {
  '.safetensors': (file) => safetensors(fileReader(file)),
  '.pth': (file) => torchCheckpoint(fileReader(file)),
  '.pt': (file) => torchCheckpoint(fileReader(file)),
  '.json': manifest,
};

/** The weights of a TensorFlow.js `model.json` whose shards lie beside it. */
async function manifest(file: string): Promise<WeightSource> {
  const text = new TextDecoder().decode(await wholeFile(file));
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch (cause) {
    throw new WeightsError(`fileWeights: ${file} must hold JSON; got ${show(text)}`, { cause });
  }
  assert(
    typeof model === 'object' && model !== null,
    () => `fileWeights: ${file} must hold a JSON object; got ${show(model)}`,
    WeightsError,
  );
  // The manifest's paths are checked by its reader: none leads out of the folder.
  return tfjsManifest(model, { readShard: (shard) => wholeFile(path.join(path.dirname(file), shard)) });
}

async function wholeFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new WeightsError(`fileWeights: ${file}: expected a file that can be read; got ${String(cause)}`, { cause });
  }
}

/**
 * The weights in a file, read piece by piece, by the ending of its name: `.safetensors`, `.pth` or `.pt` (torch checkpoint), or
 * the `model.json` of a TensorFlow.js model with its shards beside it.
 *
 * @param file - the path
 * @throws WeightsError for another ending, or a manifest that cannot be read; the other formats are opened when they are read
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import os from 'node:os';
 * import path from 'node:path';
 * import { encodeSafetensors } from 'pastiche/models';
 * import { fileWeights } from 'pastiche/node';
 *
 * const file = path.join(os.tmpdir(), 'pastiche-example.safetensors');
 * await writeFile(file, encodeSafetensors({ 'conv1_1.bias': { shape: [1], values: [0.5] } }));
 * const source = await fileWeights(file);
 * console.log([...(await source.entries()).keys()]); // => ['conv1_1.bias']
 * ```
 */
export async function fileWeights(file: string): Promise<WeightSource> {
  assert(typeof file === 'string' && file !== '', () => `fileWeights: file must be a path; got ${show(file)}`);
  const open = readers[path.extname(file).toLowerCase()];
  if (open === undefined)
    throw new WeightsError(
      `fileWeights: ${file} must end in ${Object.keys(readers).join(', ')}; got ${show(path.extname(file))}`,
    );
  return open(file);
}
