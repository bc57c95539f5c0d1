import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { bytesOf } from '../../internal/bytesOf.js';
import { bytesReader, type RangeReader } from './rangeReader.js';
import { assertNothingFetched, assertUrlOptions, type UrlOptions } from './urlOptions.js';
import { urlReader } from './urlReader.js';

/** Whatever a weights file can be read from. A string is a URL. */
export type WeightFile = Uint8Array | ArrayBuffer | string | URL | RangeReader;

/** The reader for whatever the user has given. */
export function openReader(where: string, file: WeightFile, options: UrlOptions = {}): RangeReader {
  assertUrlOptions(where, options);
  if (typeof file === 'string' || file instanceof URL) return urlReader(file, options);
  const bytes = bytesOf(file);
  assertNothingFetched(where, bytes === undefined ? show(file) : 'bytes', options);
  if (bytes !== undefined) return bytesReader(bytes);
  assert(
    typeof (file as Partial<RangeReader> | null)?.read === 'function',
    () => `${where}: expected bytes (Uint8Array, ArrayBuffer), a URL or a RangeReader; got ${show(file)}`,
    WeightsError,
  );
  return file as RangeReader;
}
