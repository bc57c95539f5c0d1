import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { MAX_PICKLE, type Checkpoint } from './checkpoint.js';
import type { RangeReader } from './rangeReader.js';
import { listNames } from './shape.js';
import type { ReadOptions } from './source.js';
import { storageBytes } from './tensorView.js';
import { torchHooks } from './torchHooks.js';
import { unpickle } from './unpickle.js';
import { openZip } from './zip.js';

/** PyTorch 1.6 and later: a zip archive of one pickle and a file for each storage. */
export async function openZipped(where: string, reader: RangeReader, options: ReadOptions): Promise<Checkpoint> {
  const zip = await openZip(where, reader, options);
  const pickles = [...zip.entries.values()].filter(({ name }) => /^[^/]*\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1)
    throw new WeightsError(`${where}: expected one data.pkl in the archive; got ${listNames(zip.entries.keys())}`);
  assert(
    pickle.size <= MAX_PICKLE,
    () => `${where}: expected a pickle of at most ${MAX_PICKLE} bytes; got ${pickle.size}`,
    WeightsError,
  );
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const order = zip.entries.get(`${folder}byteorder`);
  if (order !== undefined && order.size < 100) {
    const text = new TextDecoder().decode(await zip.read(order, options));
    assert(
      text === 'little',
      () => `${where}: expected little-endian numbers; got byte order ${show(text)}`,
      WeightsError,
    );
  }
  const { value } = unpickle(where, await zip.read(pickle, options), 0, torchHooks(where));
  return {
    root: value,
    readStorage(storage, readOptions) {
      const entry = zip.entries.get(`${folder}data/${storage.key}`);
      const size = storageBytes(storage);
      if (entry?.size !== size)
        throw new WeightsError(
          `${where}: storage ${show(storage.key)}: expected ${size} bytes; got ${String(entry?.size ?? 'none')}`,
        );
      return zip.read(entry, readOptions);
    },
  };
}
