import { WeightsError } from '../../errors.js';
import { assert, assertOneOf, show } from '../../internal/assert.js';
import { toFloat32 } from './dtypes.js';
import { once } from './once.js';
import { openReader, type WeightFile } from './weightFile.js';
import { parseSafetensorsHeader } from './safetensorsHeader.js';
import { listNames } from './shape.js';
import type { KernelLayout, ReadOptions, WeightSource } from './source.js';
import type { UrlOptions } from './urlOptions.js';

/** The format's own limit. */
const MAX_HEADER = 100_000_000;
const FLOATS = ['F32', 'F16', 'BF16', 'F64'];

export interface SafetensorsOptions extends UrlOptions {
  /** The axes of convolution kernels in this file; files made by PyTorch have `'OIHW'`. @defaultValue `'OIHW'` */
  readonly kernelLayout?: KernelLayout | undefined;
}

/** A {@link WeightSource} that also hands out the file's notes. */
export interface SafetensorsSource extends WeightSource {
  /** The strings under `__metadata__`. */
  metadata(options?: ReadOptions): Promise<Readonly<Record<string, string>>>;
}

/**
 * The arrays of a safetensors file, from bytes in memory, a URL or any {@link RangeReader}.
 *
 * From a URL only the header and the arrays that are asked for are fetched (HTTP range requests). F32, F16, BF16 and F64
 * become float32; arrays of other types are listed, but cannot be read.
 *
 * Files are not trusted: lengths, offsets and names are checked before anything is allocated.
 *
 * @param file - bytes, a URL (string or `URL`) or a reader; for a path see `fileReader` in `pastiche/node`
 * @throws StyleError for an option of URLs beside another file; WeightsError, from `entries` and `read`, for a file that cannot be fetched or is not well-formed
 *
 * @example
 * ```ts
 * import { encodeSafetensors, safetensors } from 'pastiche/models';
 *
 * const bytes = encodeSafetensors({ 'conv1_1.bias': { shape: [2], values: [0.5, -1] } });
 * const source = safetensors(bytes);
 * console.log([...(await source.entries()).keys()]); // => ['conv1_1.bias']
 * console.log([...(await source.read('conv1_1.bias')).values]); // => [0.5, -1]
 * ```
 *
 * Format: https://huggingface.co/docs/safetensors
 */
export function safetensors(file: WeightFile, options: SafetensorsOptions = {}): SafetensorsSource {
  const { kernelLayout = 'OIHW', ...url } = options;
  assertOneOf('safetensors', 'kernelLayout', kernelLayout, ['OIHW', 'HWIO']);
  const reader = openReader('safetensors', file, url);
  const where = `safetensors: ${reader.description}`;

  const open = once(async (signal) => {
    const size = await reader.size({ signal });
    assert(size >= 10, () => `${where}: expected at least 10 bytes; got ${size}`, WeightsError);
    const prefix = await reader.read(0, 8, { signal });
    const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
    const most = Math.min(MAX_HEADER, size - 8);
    assert(
      length >= 2 && length <= most,
      () => `${where}: expected a header of 2..${most} bytes; got ${length} (not a safetensors file, or truncated)`,
      WeightsError,
    );
    const header = parseSafetensorsHeader(where, await reader.read(8, length, { signal }), size - 8 - length);
    return { ...header, dataStart: 8 + length };
  });

  return {
    kernelLayout,
    description: reader.description,
    entries: async ({ signal } = {}) => (await open(signal)).arrays,
    metadata: async ({ signal } = {}) => (await open(signal)).metadata,
    async read(name, { signal } = {}) {
      const { arrays, dataStart } = await open(signal);
      const array = arrays.get(name);
      if (array === undefined)
        throw new WeightsError(`${where}: expected one of ${listNames(arrays.keys())}; got ${show(name)}`);
      const { dtype, shape, begin, end } = array;
      assert(
        FLOATS.includes(dtype),
        () => `${where}: array ${show(name)}: expected one of ${FLOATS.join(', ')}; got ${show(dtype)}`,
        WeightsError,
      );
      const bytes = await reader.read(dataStart + begin, end - begin, { signal });
      return { shape, values: toFloat32(dtype, bytes)! };
    },
  };
}
