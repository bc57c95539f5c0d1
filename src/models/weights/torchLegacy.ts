import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { MAX_PICKLE, type Checkpoint } from './checkpoint.js';
import { PickleTruncated } from './pickleBytes.js';
import { kindOf, type PickleValue } from './pickleValue.js';
import type { RangeReader } from './rangeReader.js';
import type { ReadOptions } from './source.js';
import { storageBytes, type Storage } from './tensorView.js';
import { torchHooks } from './torchHooks.js';
import { unpickle } from './unpickle.js';

const FIRST_PICKLES = 2 ** 16;
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;

/** PyTorch before 1.6: five pickles, then the storages one after another. */
function parseLegacy(where: string, bytes: Uint8Array) {
  const storages = new Map<string, Storage>();
  const hooks = torchHooks(where);
  const persistent = (id: PickleValue): Storage => {
    const storage = hooks.persistent(id) as Storage;
    const same = storages.get(storage.key) ?? storage;
    assert(
      same.dtype === storage.dtype && same.length === storage.length,
      () => `${where}: expected storage ${show(storage.key)} to have one type and length; got two`,
      WeightsError,
    );
    storages.set(storage.key, same);
    return same;
  };
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(where, bytes, at, { ...hooks, persistent });
    at = end;
    return value;
  };
  const expectValue = (what: string, holds: boolean, got: PickleValue | undefined): void =>
    assert(holds, () => `${where}: expected ${what}; got ${kindOf(got)}`, WeightsError);

  const magic = next();
  expectValue("the magic number of PyTorch's files", magic === LEGACY_MAGIC, magic);
  const protocol = next();
  expectValue('protocol 1001', protocol === 1001, protocol);
  const system = next();
  const little = system instanceof Map ? system.get('little_endian') : undefined;
  expectValue('little-endian numbers', little === true, little);
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new WeightsError(`${where}: expected the list of storages; got ${kindOf(keys)}`);
  return { root, keys, storages, dataStart: at };
}

/** Opens a checkpoint of that format. */
export async function openLegacy(where: string, reader: RangeReader, options: ReadOptions): Promise<Checkpoint> {
  const size = await reader.size(options);
  // How long the pickles are is only known at their end.
  let parsed: ReturnType<typeof parseLegacy> | undefined;
  for (
    let length = Math.min(size, FIRST_PICKLES);
    parsed === undefined;
    length = Math.min(size, 4 * length, MAX_PICKLE)
  ) {
    try {
      parsed = parseLegacy(where, await reader.read(0, length, options));
    } catch (error) {
      if (!(error instanceof PickleTruncated) || length >= Math.min(size, MAX_PICKLE)) throw error;
    }
  }
  const { root, keys, storages, dataStart } = parsed;
  const places = new Map<string, number>();
  let at = dataStart;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || places.has(storage.key))
      throw new WeightsError(`${where}: expected the key of each storage once; got ${kindOf(key)}`);
    places.set(storage.key, at);
    at += 8 + storageBytes(storage);
  }
  assert(at <= size, () => `${where}: expected ${at} bytes; got ${size} (truncated)`, WeightsError);
  return {
    root,
    async readStorage(storage, readOptions) {
      const place = places.get(storage.key);
      if (place === undefined)
        throw new WeightsError(`${where}: expected the numbers of storage ${show(storage.key)}; got none`);
      const bytes = await reader.read(place, 8 + storageBytes(storage), readOptions);
      const count = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
      assert(
        count === BigInt(storage.length),
        () => `${where}: storage ${show(storage.key)}: expected ${storage.length} numbers; got ${String(count)}`,
        WeightsError,
      );
      return bytes.subarray(8);
    },
  };
}
