import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

/** How a convolution continues the picture beyond its border. */
export const paddings = ['zero', 'reflect', 'replicate'] as const;
/** See {@link paddings}. `reflect` mirrors without repeating the border row, `replicate` repeats it. */
export type Padding = (typeof paddings)[number];

/** One row and column on every side. */
export const border: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

/** One more row and column on every side: `[b, h, w, c] -> [b, h + 2, w + 2, c]`. */
export function padByOne(x: Tensor4D, padding: Padding): Tensor4D {
  if (padding === 'zero') return tf.pad(x, border);
  // Only the gradient of tf.mirrorPad is wrong (it drops what the mirror added); its forward pass is right.
  return tf.mirrorPad(x, border, padding === 'reflect' ? 'reflect' : 'symmetric');
}

/** Adds the first and the last slice of `axis` back to where they came from, and drops them. */
function foldAxis(dy: Tensor4D, axis: 1 | 2, padding: Padding): Tensor4D {
  return tf.tidy(() => {
    const n = dy.shape[axis];
    const part = (begin: number, size: number): Tensor4D => {
      const begins: [number, number, number, number] = [0, 0, 0, 0];
      const sizes = [...dy.shape] as [number, number, number, number];
      begins[axis] = begin;
      sizes[axis] = size;
      return tf.slice(dy, begins, sizes);
    };
    const middle = part(1, n - 2);
    if (padding === 'zero') return middle;
    const at = (slice: Tensor4D, position: number): Tensor4D => {
      const room: [number, number][] = [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ];
      room[axis] = [position, n - 3 - position];
      return tf.pad(slice, room);
    };
    const [first, last] = padding === 'reflect' ? [1, n - 4] : [0, n - 3];
    return tf.add(tf.add(middle, at(part(0, 1), first)), at(part(n - 1, 1), last));
  });
}

/** The gradient of {@link padByOne}: `[b, h + 2, w + 2, c] -> [b, h, w, c]`. */
export function padByOneGradient(dy: Tensor4D, padding: Padding): Tensor4D {
  return tf.tidy(() => foldAxis(foldAxis(dy, 1, padding), 2, padding));
}
