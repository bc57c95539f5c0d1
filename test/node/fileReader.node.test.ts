import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WeightsError } from '../../src/errors.js';
import { fileReader } from '../../src/node/index.js';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'reader-'));
  file = path.join(folder, 'thousand.bin');
  await writeFile(
    file,
    Uint8Array.from({ length: 1000 }, (_, i) => i % 251),
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe('fileReader', () => {
  it('fileReader(path) knows the size and names the file', async () => {
    const reader = fileReader(file);
    expect(await reader.size()).toBe(1000);
    expect(reader.description).toBe(file);
  });

  it('fileReader(path).read(offset, length) gives exactly those bytes, in any order and at once', async () => {
    const reader = fileReader(file);
    const ranges = [
      [990, 10],
      [0, 1],
      [500, 300],
      [7, 0],
    ] as const;
    const read = await Promise.all(ranges.map(([offset, length]) => reader.read(offset, length)));
    ranges.forEach(([offset, length], i) => {
      expect([...read[i]!]).toEqual(Array.from({ length }, (_, k) => (offset + k) % 251));
    });
  });

  it('fileReader(path).read(beyond the end) is a WeightsError that names the file', async () => {
    const error = await fileReader(file)
      .read(990, 11)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WeightsError);
    expect((error as Error).message).toContain(`${file}: expected bytes 990..1001; got a file of 1000 bytes`);
    await expect(fileReader(file).read(-1, 1)).rejects.toThrow(WeightsError);
  });

  it('fileReader(missing) opens nothing before the first read, then is a WeightsError', async () => {
    const reader = fileReader(path.join(folder, 'missing.bin'));
    await expect(reader.read(0, 1)).rejects.toThrow(WeightsError);
    await expect(reader.size()).rejects.toThrow(/missing\.bin: expected a file that can be read; got ENOENT/);
    await expect(fileReader(folder).read(0, 1)).rejects.toThrow(WeightsError);
    expect(() => fileReader('')).toThrow("fileReader: file must be a path; got ''");
  });

  it('fileReader(path).read(offset, length, { signal }) stops with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fileReader(file).read(0, 10, { signal })).rejects.toThrow('enough');
    await expect(fileReader(file).size({ signal })).rejects.toThrow('enough');
  });

  it.skipIf(process.platform !== 'linux')('fileReader(path) leaves no file open, after errors neither', async () => {
    const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    const reader = fileReader(file);
    await reader.read(0, 1);
    const before = await open();
    for (let i = 0; i < 20; i++) {
      await reader.read(i, 5);
      await reader.read(995, 10).catch(() => undefined);
    }
    expect(await open()).toBeLessThanOrEqual(before + 2);
  });
});
