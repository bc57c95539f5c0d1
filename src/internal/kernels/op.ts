import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/** What an input gradient may look at. Asking for a tensor that was not kept recomputes it, so ask only for what is needed. */
export interface Pass {
  /** The operation's input. Borrowed. */
  x: () => Tensor4D;
  /** The operation's output. Borrowed. */
  y: () => Tensor4D;
  /** The input's shape `[b, h, w, c]`; always free. */
  inputShape: Tensor4D['shape'];
}

/** One layer of a frozen network: forward kernels only, and the exact gradient of its input. No filter gradients. */
export interface Op {
  /** `y = f(x)`. */
  readonly forward: (x: Tensor4D) => Tensor4D;
  /** `(dL/dy, pass) -> dL/dx`. Disposes nothing it is given. */
  readonly inputGradient: (dy: Tensor4D, pass: Pass) => Tensor4D;
  /** Which tensors of the pass the gradient asks for. */
  readonly gradientReads: readonly ('x' | 'y')[];
  /** The smallest height and width that the operation can work on. @defaultValue 1 */
  readonly minimumSize?: number;
  /** `relu(f(x))` in one kernel, where there is one. */
  readonly forwardRelu?: (x: Tensor4D) => Tensor4D;
}

/** An operation as a node of TensorFlow.js's tape, for users who put a network under `tf.grad`. */
export function taped(op: Op): (x: Tensor4D) => Tensor4D {
  return (x) =>
    tf.customGrad((input, save) => {
      const y = op.forward(input as Tensor4D);
      (save as tf.GradSaveFunc)([input as Tensor, y]);
      const gradFunc = (dy: Tensor4D, saved: Tensor[]): Tensor4D => {
        const [savedX, savedY] = saved as [Tensor4D, Tensor4D];
        return op.inputGradient(dy, { x: () => savedX, y: () => savedY, inputShape: savedX.shape });
      };
      return { value: y, gradFunc: gradFunc };
    })(x);
}
