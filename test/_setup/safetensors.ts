import * as tf from '@tensorflow/tfjs-core';

export interface StoredArray {
  shape: number[];
  values: Float32Array | Float64Array | Uint8Array;
}

/** All arrays of a trusted safetensors file: read independently of the library's own reader, and without losing float64. */
export function arraysOf(bytes: Uint8Array): Map<string, StoredArray> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const arrays = new Map<string, StoredArray>();
  for (const [key, { dtype, shape, data_offsets: at }] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    const buffer = bytes.slice(8 + length + at[0], 8 + length + at[1]).buffer;
    const values =
      dtype === 'F64' ? new Float64Array(buffer) : dtype === 'F32' ? new Float32Array(buffer) : new Uint8Array(buffer);
    arrays.set(key, { shape, values });
  }
  return arrays;
}

/** A golden picture `[h, w, 3]` in 0..255, or a float picture `[1, h, w, 3]`, as an image. */
export function toImage({ shape, values }: StoredArray): tf.Tensor4D {
  const floats = values instanceof Uint8Array ? Float32Array.from(values, (v) => v / 255) : Float32Array.from(values);
  return tf.tensor4d(floats, (shape.length === 3 ? [1, ...shape] : shape) as [number, number, number, number]);
}
