import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { crc32 } from './crc32.js';
import { inflate } from './inflate.js';
import type { RangeReader } from './rangeReader.js';
import type { ReadOptions } from './source.js';
import { fields, LOCAL_SIZE, readZipDirectory, type ZipEntry } from './zipDirectory.js';

export interface Zip {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** The bytes of one entry, unpacked and checked against its size and checksum. */
  read(entry: ZipEntry, options?: ReadOptions): Promise<Uint8Array>;
}

/** A zip archive whose directory has been read. */
export async function openZip(where: string, reader: RangeReader, options: ReadOptions = {}): Promise<Zip> {
  const { members, begin } = await readZipDirectory(where, reader, options);
  return {
    entries: members,
    async read(entry, options = {}) {
      const member = members.get(entry.name)!;
      const place = `${where}: ${show(entry.name)}`;
      const local = fields(place, await reader.read(member.offset, LOCAL_SIZE, options));
      assert(
        local.u32(0) === 0x04034b50,
        () => `${place}: expected its local header at ${member.offset}; got something else`,
        WeightsError,
      );
      const start = member.offset + LOCAL_SIZE + local.u16(26) + local.u16(28);
      assert(
        start + member.packedSize <= begin,
        () => `${place}: expected its data before the directory; got more`,
        WeightsError,
      );
      const packed = await reader.read(start, member.packedSize, options);
      const bytes = member.stored ? packed : await inflate(place, packed, member.size);
      assert(
        crc32(bytes) === member.crc,
        () => `${place}: expected the checksum ${member.crc}; got ${crc32(bytes)} (damaged)`,
        WeightsError,
      );
      return bytes;
    },
  };
}
