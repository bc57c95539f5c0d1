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

/** The sides of a convolution's kernel. */
export type KernelShape = readonly [h: number, w: number, input: number, output: number];

/** What a layer takes of time and memory. Plain data, so that a run can be planned before there are tensors. */
export interface Footprint {
  /**
   * What its output costs to compute once more: next to nothing, little beside a convolution of many channels, or as much as one.
   * Cheap outputs are computed again instead of kept.
   */
  readonly cost: 'elementwise' | 'low' | 'high';
  /** Channels of the output. @defaultValue those of the input */
  readonly channels?: number;
  /** What becomes of height and width; odd sides are halved to the smaller or the larger half. @defaultValue they stay */
  readonly sides?: 'halved' | 'halved-up' | 'doubled';
  /** Which tensors of the pass the gradient asks for. */
  readonly gradientReads: readonly ('x' | 'y')[];
  /** Most tensors of the input's size that the gradient makes at once, the result among them. */
  readonly gradientCopies: number;
  /** Whether the gradient takes a relu before the operation along: see `Op.inputGradientPastRelu`. @defaultValue false */
  readonly pastRelu?: boolean;
  /** Tensors of the input's size that the forward pass makes beside its output: what it pads. @defaultValue 0 */
  readonly forwardCopies?: number;
  /** Its weights, with those for gradients. @defaultValue 0 */
  readonly weightBytes?: number;
  /** What it makes on either way besides: so many tensors of the input's size, but no more than `most` bytes. @defaultValue nothing */
  readonly work?: {
    /** Tensors of the input's size. */
    readonly copies: number;
    /** The most bytes. */
    readonly most: number;
  };
}

/** One layer of a frozen network: forward kernels only, and the exact gradient of its input. No filter gradients. */
export interface Op extends Footprint {
  /** `y = f(x)`. */
  readonly forward: (x: Tensor4D) => Tensor4D;
  /** `(dL/dy, pass) -> dL/dx`. Disposes nothing it is given. */
  readonly inputGradient: (dy: Tensor4D, pass: Pass) => Tensor4D;
  /** The smallest height and width that the operation can work on. @defaultValue 1 */
  readonly minimumSize?: number;
  /** `relu(f(x))` in one kernel, where there is one. */
  readonly forwardRelu?: (x: Tensor4D) => Tensor4D;
  /** `dL/du` for `y = f(x)`, `x = relu(u)`, where that takes less than the gradients of both. */
  readonly inputGradientPastRelu?: (dy: Tensor4D, pass: Pass) => Tensor4D;
}

/** A layer that only runs forward. */
export type ForwardOp = Footprint & Pick<Op, 'forward' | 'forwardRelu' | 'minimumSize'>;

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
