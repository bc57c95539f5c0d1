import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import type { RangeReader } from './rangeReader.js';
import type { ReadOptions } from './source.js';

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
}

/** What the directory says about it. */
export interface ZipMember extends ZipEntry {
  readonly stored: boolean;
  readonly packedSize: number;
  readonly crc: number;
  readonly offset: number;
}

const MAX_DIRECTORY = 2 ** 26;
/** Bytes that one compressed entry may unpack to. */
const MAX_INFLATED = 2 ** 30;
const END_SIZE = 22;
const END64_SIZE = 56;
/** Bytes before the name in a local header. */
export const LOCAL_SIZE = 30;
const FULL = 0xffffffff;

/** A `DataView` that throws a WeightsError, not a RangeError, past its end. */
export function fields(where: string, bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (offset: number, length: number): number => {
    assert(
      offset >= 0 && offset + length <= bytes.length,
      () => `${where}: expected a complete zip directory; got a truncated one`,
      WeightsError,
    );
    return offset;
  };
  return {
    u16: (offset: number) => view.getUint16(at(offset, 2), true),
    u32: (offset: number) => view.getUint32(at(offset, 4), true),
    u64: (offset: number) => Number(view.getBigUint64(at(offset, 8), true)),
    text: (offset: number, length: number) =>
      new TextDecoder().decode(bytes.subarray(at(offset, length), offset + length)),
  };
}

type Fields = ReturnType<typeof fields>;

/** Where the central directory stands, from the record at the end of the file (or its 64-bit form before it). */
async function findDirectory(where: string, reader: RangeReader, signal: AbortSignal | undefined) {
  const size = await reader.size({ signal });
  const tailLength = Math.min(size, END_SIZE + 0xffff + 20);
  const tailStart = size - tailLength;
  const tail = fields(where, await reader.read(tailStart, tailLength, { signal }));
  let end = tailLength - END_SIZE;
  while (end >= 0 && !(tail.u32(end) === 0x06054b50 && end + END_SIZE + tail.u16(end + 20) === tailLength)) end--;
  assert(end >= 0, () => `${where}: expected a zip archive; got no end record (truncated?)`, WeightsError);
  let [count, length, offset] = [tail.u16(end + 10), tail.u32(end + 12), tail.u32(end + 16)];
  if (end >= 20 && tail.u32(end - 20) === 0x07064b50) {
    const at = tail.u64(end - 12);
    assert(
      at + END64_SIZE <= size,
      () => `${where}: expected a zip archive; got a wrong 64-bit end record`,
      WeightsError,
    );
    const record = fields(where, await reader.read(at, END64_SIZE, { signal }));
    assert(
      record.u32(0) === 0x06064b50,
      () => `${where}: expected a zip archive; got a wrong 64-bit end record`,
      WeightsError,
    );
    [count, length, offset] = [record.u64(32), record.u64(40), record.u64(48)];
  }
  assert(
    length <= MAX_DIRECTORY && offset + length <= tailStart + end && count * 46 <= length,
    () => `${where}: expected a zip directory within the file; got ${count} entries in ${length} bytes at ${offset}`,
    WeightsError,
  );
  return { count, length, offset };
}

/** One record of the central directory, and the place of the next. */
function parseMember(where: string, directory: Fields, at: number): { member: ZipMember; next: number } {
  assert(
    directory.u32(at) === 0x02014b50,
    () => `${where}: expected a zip directory entry at ${at}; got something else`,
    WeightsError,
  );
  const [flags, method] = [directory.u16(at + 8), directory.u16(at + 10)];
  const [nameLength, extraLength, commentLength] = [
    directory.u16(at + 28),
    directory.u16(at + 30),
    directory.u16(at + 32),
  ];
  const name = directory.text(at + 46, nameLength);
  assert(
    (flags & 1) === 0 && (method === 0 || method === 8),
    () =>
      `${where}: ${show(name)}: expected a stored or deflated entry; got method ${method}${flags & 1 ? ', encrypted' : ''}`,
    WeightsError,
  );
  const numbers = [directory.u32(at + 24), directory.u32(at + 20), directory.u32(at + 42)];
  // Numbers that do not fit into 32 bits stand in an extra field, in this order.
  const extraEnd = at + 46 + nameLength + extraLength;
  for (let extra = at + 46 + nameLength; extra + 4 <= extraEnd; extra += 4 + directory.u16(extra + 2)) {
    if (directory.u16(extra) !== 1) continue;
    let wide = extra + 4;
    for (const [i, number] of numbers.entries()) {
      if (number !== FULL) continue;
      numbers[i] = directory.u64(wide);
      wide += 8;
    }
  }
  const [size, packedSize, offset] = numbers as [number, number, number];
  const member = { name, size, packedSize, offset, stored: method === 0, crc: directory.u32(at + 16) };
  return { member, next: extraEnd + commentLength };
}

/** The members of an archive by name, checked to lie before the directory, and where that begins. */
export async function readZipDirectory(where: string, reader: RangeReader, { signal }: ReadOptions) {
  const { count, length, offset } = await findDirectory(where, reader, signal);
  const directory = fields(where, await reader.read(offset, length, { signal }));
  const members = new Map<string, ZipMember>();
  for (let i = 0, at = 0; i < count; i++) {
    const { member, next } = parseMember(where, directory, at);
    const { name, size, packedSize, stored } = member;
    assert(!members.has(name), () => `${where}: expected every entry once; got ${show(name)} twice`, WeightsError);
    assert(
      member.offset + LOCAL_SIZE + packedSize <= offset && (stored ? size === packedSize : size <= MAX_INFLATED),
      () =>
        `${where}: ${show(name)}: expected an entry within the file; got ${packedSize} bytes at ${member.offset}, unpacked ${size}`,
      WeightsError,
    );
    members.set(name, member);
    at = next;
  }
  return { members, begin: offset };
}
