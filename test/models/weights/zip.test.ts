import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/models/weights/crc32.js';
import { bytesReader } from '../../../src/models/weights/index.js';
import { openZip } from '../../../src/models/weights/zip.js';
import { deflate, floats, join, number, zip, type Bytes, type Member } from './_archives.js';
import { expectWeightsError } from './_build.js';

const text = (value: string): Bytes => new TextEncoder().encode(value);
const open = (bytes: Bytes): ReturnType<typeof openZip> => openZip('test', bytesReader(bytes));

async function readAll(bytes: Bytes): Promise<Record<string, readonly number[]>> {
  const archive = await open(bytes);
  const pairs = [...archive.entries.values()].map(
    async (entry) => [entry.name, [...(await archive.read(entry))]] as const,
  );
  return Object.fromEntries(await Promise.all(pairs));
}

it('crc32(bytes) is the check value of the standard', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

describe('openZip(reader)', () => {
  const data = floats(...Array.from({ length: 500 }, (_, i) => i % 7));

  it('reads stored and deflated entries', async () => {
    const packed = await deflate(data);
    expect(packed.length).toBeLessThan(data.length / 4);
    const read = await readAll(
      zip([
        { name: 'a', data },
        { name: 'b', data, packed },
        { name: 'empty', data: new Uint8Array(0) },
      ]),
    );
    expect(read).toEqual({ a: [...data], b: [...data], empty: [] });
  });

  it('finds the end record before a comment', async () => {
    expect(await readAll(zip([{ name: 'a', data }], 'a comment with PK\x05\x06 in it'))).toEqual({ a: [...data] });
  });

  it('reads the 64-bit records that large archives have', async () => {
    const plain = zip([{ name: 'a', data }]);
    const end = plain.length - 22;
    const view = new DataView(plain.buffer);
    const [length, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
    const full = number(0xffffffff, 4);
    // The same directory entry with its three numbers moved to an extra field.
    const entry = plain.slice(offset, offset + length);
    const wide = join(
      entry.slice(0, 20),
      full,
      full,
      entry.slice(28, 30),
      number(28, 2),
      entry.slice(32, 42),
      full,
      entry.slice(46),
    );
    const extra = join(number(1, 2), number(24, 2), number(data.length, 8), number(data.length, 8), number(0, 8));
    const directory = join(wide, extra);
    const record = join(
      number(0x06064b50, 4),
      number(44, 8),
      new Uint8Array(12),
      number(1, 8),
      number(1, 8),
      number(directory.length, 8),
      number(offset, 8),
    );
    const locator = join(number(0x07064b50, 4), number(0, 4), number(offset + directory.length, 8), number(1, 4));
    const last = join(
      number(0x06054b50, 4),
      number(0, 4),
      number(0xffff, 2),
      number(0xffff, 2),
      full,
      full,
      number(0, 2),
    );
    expect(await readAll(join(plain.slice(0, offset), directory, record, locator, last))).toEqual({ a: [...data] });
  });

  it.each<[what: string, member: Partial<Member>, message: RegExp]>([
    ['a wrong checksum', { crc: 1 }, /'a': expected the checksum 1; got \d+ \(damaged\)/],
    ['a stored entry with two sizes', { size: 5 }, /'a': expected an entry within the file/],
    ['an encrypted entry', { flags: 1 }, /method 0, encrypted/],
    ['an unknown method', { method: 12 }, /stored or deflated entry; got method 12/],
  ])('refuses %s', async (_, member, message) => {
    await expectWeightsError(() => readAll(zip([{ name: 'a', data, ...member }])), message);
  });

  it('refuses deflated data that give more or fewer bytes than stated, or are none', async () => {
    const packed = await deflate(data);
    await expectWeightsError(
      () => readAll(zip([{ name: 'a', data, packed, size: 1999 }])),
      /expected 1999 bytes; its compressed data hold more/,
    );
    await expectWeightsError(
      () => readAll(zip([{ name: 'a', data, packed, size: 2001 }])),
      /expected 2001 bytes; its compressed data hold 2000/,
    );
    await expectWeightsError(
      () => readAll(zip([{ name: 'a', data, packed: floats(NaN, -1, 3) }])),
      /expected deflated data|expected 2000 bytes/,
    );
    await expectWeightsError(
      () => readAll(zip([{ name: 'a', data, packed: packed.slice(0, 20) }])),
      /expected deflated data|expected 2000 bytes/,
    );
  });

  it('stops a bomb as soon as it gives more than it states', async () => {
    const packed = await deflate(new Uint8Array(2 ** 26));
    const started = performance.now();
    await expectWeightsError(
      () => readAll(zip([{ name: 'a', data, packed, size: 100 }])),
      /expected 100 bytes.*hold more/,
    );
    expect(performance.now() - started).toBeLessThan(5000);
    await expectWeightsError(() => readAll(zip([{ name: 'a', data, packed, size: 2 ** 31 }])), /unpacked 2147483648/);
  });

  it('refuses a name twice, a truncated archive, a wrong directory and no archive', async () => {
    const good = zip([{ name: 'a', data }]);
    await expectWeightsError(
      () =>
        open(
          zip([
            { name: 'a', data },
            { name: 'a', data },
          ]),
        ),
      /once; got 'a' twice/,
    );
    await expectWeightsError(() => open(good.subarray(0, -1)), /no end record/);
    await expectWeightsError(() => open(good.subarray(10)), /zip directory/);
    await expectWeightsError(() => open(new Uint8Array(3)), /no end record/);
    await expectWeightsError(() => readAll(good.slice().fill(0, 0, 4)), /local header at 0/);
    const counts = good.slice();
    counts[counts.length - 12] = 200;
    await expectWeightsError(() => open(counts), /200 entries/);
  });
});
