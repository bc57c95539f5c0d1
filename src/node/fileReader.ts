import { open, stat, type FileHandle } from 'node:fs/promises';
import { WeightsError } from '../errors.js';
import { assert, show } from '../internal/assert.js';
import { assertRange, type RangeReader } from '../models/weights/rangeReader.js';

/**
 * Reads a file piece by piece: a source for weights that are larger than what is needed of them. Nothing is opened before the
 * first read, and each read opens and closes the file, so that there is nothing to close and nothing to forget.
 *
 * @param file - the path.
 * @returns A reader whose `read` gives exactly the bytes asked for, and throws a WeightsError, naming the path, where the file
 * is missing or too short.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import os from 'node:os';
 * import path from 'node:path';
 * import { fileReader } from 'pastiche/node';
 *
 * const file = path.join(os.tmpdir(), 'pastiche-bytes.bin');
 * await writeFile(file, Uint8Array.of(10, 20, 30, 40));
 * console.log(Array.from(await fileReader(file).read(1, 2))); // => [20, 30]
 * ```
 */
export function fileReader(file: string): RangeReader {
  assert(typeof file === 'string' && file !== '', () => `fileReader: file must be a path; got ${show(file)}`);
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === undefined) throw cause;
      throw new WeightsError(`${file}: expected a file that can be read; got ${code}`, { cause });
    }
  };
  return {
    description: file,
    async size(options) {
      options?.signal?.throwIfAborted();
      return explained(async () => (await stat(file)).size);
    },
    async read(offset, length, options) {
      options?.signal?.throwIfAborted();
      return explained(async () => {
        const handle = await open(file);
        try {
          return await readFully(file, handle, offset, length, options?.signal);
        } finally {
          await handle.close();
        }
      });
    },
  };
}

/** As large as a read may be on every system; also how often a signal is looked at. */
const maxChunk = 2 ** 26;

async function readFully(
  file: string,
  handle: FileHandle,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { size } = await handle.stat();
  assertRange(file, offset, length, size);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(bytes, done, Math.min(maxChunk, length - done), offset + done);
    assert(bytesRead > 0, () => `${file}: ended ${length - done} bytes early while it was read`, WeightsError);
    done += bytesRead;
  }
  return bytes;
}
