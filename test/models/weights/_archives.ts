import { crc32 } from '../../../src/models/weights/crc32.js';

/* Checkpoints and archives written by hand, byte by byte, so that any fault can be put into them. */

export type Bytes = Uint8Array;

export function join(...parts: (Bytes | number[])[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Little-endian. */
export const number = (value: number, bytes: number): Bytes =>
  Uint8Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));
const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Pickle instructions. */
export const op = {
  proto: [0x80, 2],
  stop: [0x2e],
  mark: [0x28],
  none: [0x4e],
  no: [0x89],
  yes: [0x88],
  emptyDict: [0x7d],
  emptyList: [0x5d],
  emptyTuple: [0x29],
  tuple: [0x74],
  setItem: [0x73],
  setItems: [0x75],
  append: [0x61],
  reduce: [0x52],
  build: [0x62],
  persistent: [0x51],
  put: (index: number) => [0x71, index],
  get: (index: number) => [0x68, index],
  int: (value: number) => join([0x4a], number(value, 4)),
  text: (value: string) => join([0x58], number(utf8(value).length, 4), utf8(value)),
  global: (module: string, name: string) => utf8(`c${module}\n${name}\n`),
};

/** A tuple of values that are already instructions. */
export const tupleOf = (...values: (Bytes | number[])[]): Bytes => join(op.mark, ...values, op.tuple);
const intsOf = (values: readonly number[]): Bytes => tupleOf(...values.map(op.int));

interface TensorSpec {
  key?: string;
  length: number;
  offset?: number;
  shape: readonly number[];
  strides: readonly number[];
  type?: string;
}

/** Instructions that rebuild a tensor. */
export function tensor({ key = '0', length, offset = 0, shape, strides, type = 'FloatStorage' }: TensorSpec): Bytes {
  const id = tupleOf(op.text('storage'), op.global('torch', type), op.text(key), op.text('cpu'), op.int(length));
  const hooks = join(op.global('collections', 'OrderedDict'), op.emptyTuple, op.reduce);
  const args = tupleOf(join(id, op.persistent), op.int(offset), intsOf(shape), intsOf(strides), op.no, hooks);
  return join(op.global('torch._utils', '_rebuild_tensor_v2'), args, op.reduce);
}

/** Instructions for a dict. */
export const dict = (items: Record<string, Bytes | number[]>): Bytes =>
  join(op.emptyDict, op.mark, ...Object.entries(items).flatMap(([key, value]) => [op.text(key), value]), op.setItems);

export const pickle = (...instructions: (Bytes | number[])[]): Bytes => join(op.proto, ...instructions, op.stop);
export const floats = (...values: number[]): Bytes => new Uint8Array(Float32Array.from(values).buffer);

/** A checkpoint in the format before PyTorch 1.6. Storages are float32 by key. */
export function legacy(object: Bytes, storages: Record<string, Bytes>): Bytes {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const keys = join(op.emptyList, ...Object.keys(storages).flatMap((key) => [op.text(key), op.append]));
  return join(
    pickle(magic),
    pickle([0x4d, 0xe9, 0x03]),
    pickle(dict({ little_endian: op.yes })),
    object,
    pickle(keys),
    ...Object.values(storages).flatMap((data) => [number(data.length / 4, 8), data]),
  );
}

export interface Member {
  name: string;
  /** Unpacked. */
  data: Bytes;
  /** What is stored, where that is not `data`. */
  packed?: Bytes;
  /** What the directory says, where that is not the truth. */
  size?: number;
  crc?: number;
  flags?: number;
  method?: number;
}

/** A zip archive. */
export function zip(members: Member[], comment = ''): Bytes {
  const local: Bytes[] = [];
  const directory: Bytes[] = [];
  let at = 0;
  for (const { name, data, packed = data, size = data.length, crc = crc32(data), flags = 0, method } of members) {
    const how = join(number(flags, 2), number(method ?? (packed === data ? 0 : 8), 2), number(0, 4));
    const sizes = join(number(crc, 4), number(packed.length, 4), number(size, 4), number(name.length, 2), number(0, 2));
    const header = join(number(0x04034b50, 4), number(20, 2), how, sizes, utf8(name));
    directory.push(
      join(
        number(0x02014b50, 4),
        number(20, 2),
        number(20, 2),
        how,
        sizes,
        new Uint8Array(10),
        number(at, 4),
        utf8(name),
      ),
    );
    local.push(header, packed);
    at += header.length + packed.length;
  }
  const list = join(...directory);
  const counts = join(number(0, 4), number(members.length, 2), number(members.length, 2));
  const end = join(
    number(0x06054b50, 4),
    counts,
    number(list.length, 4),
    number(at, 4),
    number(comment.length, 2),
    utf8(comment),
  );
  return join(...local, list, end);
}

export async function deflate(data: Bytes): Promise<Bytes> {
  const stream = new Blob([data.slice()]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A checkpoint in today's format. */
export const zipped = (object: Bytes, storages: Record<string, Bytes>): Bytes =>
  zip([
    { name: 'archive/data.pkl', data: object },
    ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data })),
    { name: 'archive/version', data: utf8('3\n') },
  ]);
