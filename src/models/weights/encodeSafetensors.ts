import { WeightsError } from '../../errors.js';
import { assert, assertNoOthers, assertOneOf, show } from '../../internal/assert.js';
import { numberToHalf } from './dtypes.js';
import { elements, isShape } from './shape.js';

/** Options of {@link encodeSafetensors}. */
export interface EncodeSafetensorsOptions {
  /** Stored precision; `'F16'` rounds to nearest. @defaultValue `'F32'` */
  readonly dtype?: 'F32' | 'F16' | undefined;
  /** Notes about the file (licence, preprocessing, ...), stored under `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * The bytes of a safetensors file with these arrays, in their order.
 *
 * @param arrays - row-major numbers by name
 * @throws WeightsError if the numbers do not fill the shape, or a finite number is too large for float16
 *
 * @example
 * ```ts
 * import { encodeSafetensors, safetensors } from 'pastiche/models';
 *
 * const bytes = encodeSafetensors({ bias: { shape: [2], values: [1, 2] } }, { dtype: 'F16', metadata: { license: 'MIT' } });
 * console.log(await safetensors(bytes).metadata()); // => { license: 'MIT' }
 * ```
 */
export function encodeSafetensors(
  arrays: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>>,
  options: EncodeSafetensorsOptions = {},
): Uint8Array {
  const { dtype = 'F32', metadata, ...others } = options;
  assertNoOthers('encodeSafetensors', others);
  assertOneOf('encodeSafetensors', 'dtype', dtype, ['F32', 'F16']);
  const unit = dtype === 'F32' ? 4 : 2;
  let at = 0;
  const table = Object.entries(arrays).map(([name, { shape, values }]): [string, object] => {
    assert(
      name !== '__metadata__' && isShape(shape) && elements(shape) === values.length,
      () =>
        `encodeSafetensors: array ${show(name)}: expected as many values as its shape ${show(shape)} holds; got ${values.length}`,
      WeightsError,
    );
    const begin = at;
    at += values.length * unit;
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  const json = JSON.stringify(
    Object.fromEntries(metadata === undefined ? table : [['__metadata__', metadata], ...table]),
  );
  const header = new TextEncoder().encode(json);
  // Spaces after the header align the data to 8 bytes, as the format asks.
  const headerLength = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + at).fill(0x20, 8, 8 + headerLength);
  bytes.set(header, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);

  let position = 8 + headerLength;
  for (const [name, { values }] of Object.entries(arrays)) {
    for (let i = 0; i < values.length; i++, position += unit) {
      const value = values[i]!;
      if (dtype === 'F32') view.setFloat32(position, value, true);
      else {
        const half = numberToHalf(value);
        assert(
          (half & 0x7fff) !== 0x7c00 || !Number.isFinite(value),
          () => `encodeSafetensors: array ${show(name)}: expected numbers of at most 65504 for 'F16'; got ${value}`,
          WeightsError,
        );
        view.setUint16(position, half, true);
      }
    }
  }
  return bytes;
}
