import { DTYPE_BYTES, toFloat32 } from './dtypes.js';
import type { PickleObject } from './pickleValue.js';
import { elements } from './shape.js';

/** A run of numbers in a checkpoint, shared by the tensors that view it. */
export interface Storage extends PickleObject {
  readonly kind: 'storage';
  readonly key: string;
  /** By safetensors names. */
  readonly dtype: string;
  /** The count of numbers. */
  readonly length: number;
}

/** A view of a storage. */
export interface TensorView extends PickleObject {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Bytes that the numbers of a storage take. */
export const storageBytes = ({ length, dtype }: Storage): number => length * DTYPE_BYTES[dtype]!;

/** The index in the storage after the last one that a view touches. */
export function viewEnd({ offset, shape, strides }: Omit<TensorView, 'kind' | 'storage'>): number {
  if (shape.includes(0)) return offset;
  return shape.reduce((last, side, i) => last + (side - 1) * strides[i]!, offset) + 1;
}

/** The numbers of a view, row-major, from the bytes of its storage. */
export function gather({ storage, offset, shape, strides }: TensorView, bytes: Uint8Array): Float32Array {
  const unit = DTYPE_BYTES[storage.dtype]!;
  const end = viewEnd({ offset, shape, strides });
  const covered = toFloat32(storage.dtype, bytes.subarray(offset * unit, end * unit))!;
  let step = 1;
  const contiguous = shape.map((_, i) => {
    const axis = shape.length - 1 - i;
    const expected = step;
    step *= shape[axis]!;
    return shape[axis] === 1 || strides[axis] === expected;
  });
  const values = new Float32Array(elements(shape));
  if (contiguous.every(Boolean)) {
    values.set(covered.subarray(0, values.length));
    return values;
  }
  const index = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = covered[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return values;
}
