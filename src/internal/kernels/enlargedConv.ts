import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { assertRoomForConv } from '../room.js';
import { networkLoops } from '../wasm/networkLoops.js';
import { conv, convFootprint } from './conv.js';
import type { Footprint, ForwardOp, KernelShape } from './op.js';
import type { Padding } from './padding.js';
import { upsample } from './pool.js';
import { winogradConv, winogradWork } from './winograd.js';

/** Of an enlargement by 2 and a convolution by `[3, 3, in, out]` on Winograd's way. */
export const enlargedConvFootprint = (shape: KernelShape): Footprint => ({
  ...convFootprint(shape, 'zero', { winograd: true }),
  sides: 'doubled',
  gradientCopies: 0,
  work: winogradWork(shape, true),
});

/**
 * Enlarges to the nearest and convolves by Winograd kernels, without the enlarged picture in between: `[b, h, w, in]` to
 * `[b, 2h, 2w, out]`. Forward only.
 */
export function enlargedConv(
  kernel: Tensor4D,
  bias: Tensor1D,
  winograd: readonly Tensor2D[],
  padding: Padding,
): ForwardOp {
  const plain = conv({ kernel, bias }, padding);
  const run = (x: Tensor4D, how: 'forward' | 'forwardRelu'): Tensor4D => {
    if (networkLoops() === undefined) return tf.tidy(() => plain[how]!(upsample.forward(x)));
    assertRoomForConv(x.shape, kernel.shape);
    return winogradConv(x, winograd, { padding, bias, relu: how === 'forwardRelu', enlarge: true });
  };
  return {
    ...enlargedConvFootprint(kernel.shape),
    forward: (x) => run(x, 'forward'),
    forwardRelu: (x) => run(x, 'forwardRelu'),
  };
}
