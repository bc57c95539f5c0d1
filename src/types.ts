import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';

/** A batch of RGB pictures `[b, h, w, 3]`, float32, values in 0..1. */
export type Image = Tensor4D;

/** A batch of feature maps `[b, h, w, c]`, float32. */
export type Features = Tensor4D;

/** What a closed form computes in one go. The caller owns every tensor in it. */
export interface ValueAndGrad<T extends Tensor = Tensor4D> {
  /** The function's value. */
  value: Scalar;
  /** Its gradient with respect to the argument, in the argument's shape. */
  grad: T;
  /** The summands of a sum, `[n]`, in the order of {@link Differentiable.partNames}. An optimiser reads them back with the value. */
  parts?: Tensor1D;
}

/**
 * A scalar function of one tensor that can be differentiated: a loss layer is a `Differentiable<Features>`, an objective a
 * `Differentiable<Image>`.
 *
 * A plain function of TensorFlow.js operations is one already, and its gradient then comes from the tape. A function that
 * also carries `valueAndGrad` is differentiated in closed form: faster, and with a fraction of the memory.
 */
export interface Differentiable<T extends Tensor = Tensor4D> {
  /** The value at `x`. Does not dispose `x`; the caller owns the result. */
  (x: T): Scalar;
  /** Value and gradient at `x`. Does not dispose `x`; the caller owns the results. */
  readonly valueAndGrad?: (x: T) => ValueAndGrad<T>;
  /** Names of {@link ValueAndGrad.parts}, where there are any. */
  readonly partNames?: readonly string[];
  /** Frees the tensors that the function made for itself when it was created; never those that it was given. */
  readonly dispose?: () => void;
}

/** A {@link Differentiable} whose gradient is known in closed form: what every factory of this library returns. */
export type ClosedForm<T extends Tensor = Tensor4D> = Differentiable<T> &
  Required<Pick<Differentiable<T>, 'valueAndGrad' | 'dispose'>>;

/** A loss on the features of one layer. Plain data. */
export interface LossTap<L extends string = string> {
  /** The layer whose features go into the loss, such as `'conv4_2'` or `'relu5_1'`. */
  readonly layer: L;
  /** Any scalar function of the features. */
  readonly loss: Differentiable;
  /** What the loss is multiplied with. @defaultValue 1 */
  readonly weight?: number;
  /** What its share of the sum is called in reports. @defaultValue the layer's name */
  readonly name?: string;
}
