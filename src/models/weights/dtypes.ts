/* Numbers as files store them (little-endian) and as float32. */

/** Bytes of one number of each type, by safetensors names. */
export const DTYPE_BYTES: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E5M2: 1, F8_E4M3: 1, C64: 8 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
};

/** The value of an IEEE 754 half-precision number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest half-precision number, ties to even; infinity from 65520 on. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The spacing of half-precision numbers around `size`; below 2^-14 it stays what it is there.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
  // A carry out of the fraction runs into the exponent, as it should.
  return sign | ((exponent + 14) * 1024 + rounded);
}

type View = new (buffer: ArrayBuffer) => ArrayLike<number>;

const from =
  (View: View, convert: (x: number) => number = (x) => x) =>
  (buffer: ArrayBuffer): Float32Array => {
    const view = new View(buffer);
    const values = new Float32Array(view.length);
    for (let i = 0; i < values.length; i++) values[i] = convert(view[i]!);
    return values;
  };

const fromBig =
  (BigView: new (buffer: ArrayBuffer) => ArrayLike<bigint>) =>
  (buffer: ArrayBuffer): Float32Array =>
    Float32Array.from(new BigView(buffer), Number);

let halves: Float32Array | undefined;

/** By a table of all half-precision numbers: several times faster than one by one. */
const float16 = (buffer: ArrayBuffer): Float32Array => {
  const table = (halves ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits)));
  return from(Uint16Array, (bits) => table[bits]!)(buffer);
};

const bfloat16 = (buffer: ArrayBuffer): Float32Array => {
  const view = new Uint16Array(buffer);
  const bits = new Uint32Array(view.length);
  for (let i = 0; i < bits.length; i++) bits[i] = view[i]! << 16;
  return new Float32Array(bits.buffer);
};

const converters: Readonly<Record<string, (buffer: ArrayBuffer) => Float32Array>> = {
  F64: from(Float64Array),
  F32: (buffer) => new Float32Array(buffer),
  F16: float16,
  BF16: bfloat16,
  I64: fromBig(BigInt64Array),
  I32: from(Int32Array),
  I16: from(Int16Array),
  I8: from(Int8Array),
  U64: fromBig(BigUint64Array),
  U32: from(Uint32Array),
  U16: from(Uint16Array),
  U8: from(Uint8Array),
  BOOL: from(Uint8Array, (x) => (x === 0 ? 0 : 1)),
};

/** The numbers in `bytes`, rounded to float32, or undefined for a type that has no real values. Always a copy. */
export function toFloat32(dtype: string, bytes: Uint8Array): Float32Array | undefined {
  // Not bytes.slice(): that of Node's Buffer does not copy.
  return Object.hasOwn(converters, dtype) ? converters[dtype]!(new Uint8Array(bytes).buffer) : undefined;
}
