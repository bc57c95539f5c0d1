import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { once } from './once.js';
import { listNames } from './shape.js';
import type { WeightSource } from './source.js';
import { findStateDict } from './stateDict.js';
import { openLegacy } from './torchLegacy.js';
import { openZipped } from './torchZip.js';
import { gather } from './tensorView.js';
import type { UrlOptions } from './urlOptions.js';
import { openReader, type WeightFile } from './weightFile.js';

export interface TorchCheckpointOptions extends UrlOptions {
  /** Where the state dict lies in the checkpoint: a key, or keys joined by dots. @defaultValue the dict of tensors nearest to the root */
  readonly key?: string | undefined;
}

/**
 * The tensors of a PyTorch checkpoint (`.pth`, `.pt`), old (before 1.6) or new (zip) format, from bytes in memory, a URL or
 * any {@link RangeReader}. Numbers of every real type become float32; views (transposed, sliced, shared) are resolved.
 *
 * The checkpoint must hold a state dict, at its root or inside other dicts: `{ epoch, model: stateDict }` is found by itself.
 *
 * Nothing in the file is run. A pickle is a program; this reader knows the few instructions and names that tensors and plain
 * data need, bounds their number, and refuses everything else by name. Sizes and checksums are checked.
 *
 * @param file - bytes, a URL (string or `URL`) or a reader; for a path see `fileReader` in `pastiche/node`
 * @throws StyleError for an option of URLs beside another file; WeightsError, from `entries` and `read`
 *
 * @example
 * ```ts
 * import { torchCheckpoint } from 'pastiche/models';
 *
 * const source = torchCheckpoint(new Uint8Array([0x50, 0x4b])); // a damaged file
 * const reason = await source.entries().catch((error: Error) => error.name);
 * console.log(reason); // => 'WeightsError'
 * ```
 */
export function torchCheckpoint(file: WeightFile, options: TorchCheckpointOptions = {}): WeightSource {
  const { key, ...url } = options;
  const reader = openReader('torchCheckpoint', file, url);
  const where = `torchCheckpoint: ${reader.description}`;

  const open = once(async (signal) => {
    const size = await reader.size({ signal });
    const start = await reader.read(0, Math.min(4, size), { signal });
    const [a, b] = start;
    const isZip = a === 0x50 && b === 0x4b;
    assert(
      isZip || a === 0x80,
      () =>
        `${where}: expected a PyTorch checkpoint (first bytes 50 4b or 80 02); got ${[...start].map((x) => x.toString(16)).join(' ')}`,
      WeightsError,
    );
    const { root, readStorage } = await (isZip ? openZipped : openLegacy)(where, reader, { signal });
    const tensors = findStateDict(where, root, key);
    const entries = new Map([...tensors].map(([name, { shape, storage }]) => [name, { shape, dtype: storage.dtype }]));
    return { tensors, entries, readStorage };
  });

  return {
    kernelLayout: 'OIHW',
    description: reader.description,
    entries: async ({ signal } = {}) => (await open(signal)).entries,
    async read(name, { signal } = {}) {
      const { tensors, readStorage } = await open(signal);
      const tensor = tensors.get(name);
      if (tensor === undefined)
        throw new WeightsError(`${where}: expected one of ${listNames(tensors.keys())}; got ${show(name)}`);
      return { shape: tensor.shape, values: gather(tensor, await readStorage(tensor.storage, { signal })) };
    },
  };
}
