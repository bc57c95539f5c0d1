import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../../shared/data/weights/', import.meta.url);

/** Whether the real weights are here; they are not part of the repository. */
export const hasData = existsSync(folder);
if (!hasData) console.warn('skipped: ../shared/data/weights is absent, so real weight files are not tested');

export const dataFile = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

interface Stored {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** An oracle of its own: the numbers of a safetensors file, read in the plainest way. */
export function plainSafetensors(name: string): Map<string, { shape: number[]; values: number[] }> {
  const bytes = dataFile(name);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Stored>;
  const view = new DataView(bytes.buffer, 8 + length);
  const read: Record<string, [unit: number, at: (i: number) => number]> = {
    F64: [8, (i) => view.getFloat64(i, true)],
    F32: [4, (i) => view.getFloat32(i, true)],
    I64: [8, (i) => Number(view.getBigInt64(i, true))],
    I32: [4, (i) => view.getInt32(i, true)],
    U8: [1, (i) => view.getUint8(i)],
    BOOL: [1, (i) => view.getUint8(i)],
    F16: [2, (i) => Number(Float32Array.of(half(view.getUint16(i, true)))[0])],
  };
  const arrays = new Map<string, { shape: number[]; values: number[] }>();
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    const [unit, at] = read[entry.dtype]!;
    const [begin, end] = entry.data_offsets;
    const values = Array.from({ length: (end - begin) / unit }, (_, i) => Math.fround(at(begin + i * unit)));
    arrays.set(key, { shape: entry.shape, values });
  }
  return arrays;
}

/** A half-precision number by way of the bits of the single-precision one; no infinities, no NaN. */
function half(bits: number): number {
  const shifted = ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13);
  // The exponent is 112 too small; multiplying also makes subnormals right.
  return new Float32Array(Uint32Array.of(shifted).buffer)[0]! * 2 ** 112;
}
