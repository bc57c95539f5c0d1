import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import type { ClosedForm, Differentiable, ValueAndGrad } from '../types.js';
import { assert, show } from './assert.js';
import { ensureGradients } from './ensureGradients.js';
import { namingMissing } from './missingGradient.js';
import { assertFloat32 } from './precision.js';

/** Whether a surrounding `tf.grad` is recording. */
export const onTape = (): boolean => tf.engine().isTapeOn();

/** Sums of squares end half floats at 65504, and the gradients of pictures lie below their smallest number, 6e-8. */
const tooFine = 'sums of squares and gradients';

interface Forms<T extends Tensor> {
  /** The value alone: what a plain call computes. */
  value: (x: T) => Scalar;
  /** Value and gradient together. */
  valueAndGrad: (x: T) => ValueAndGrad<T>;
  /** What a call under `tf.grad` does. @defaultValue one node of the tape with the closed-form gradient */
  taped?: (x: T) => Scalar;
  /** Checks the argument before any work. */
  check?: (x: T) => void;
  partNames?: readonly string[];
  /** Tensors that the function made for itself. */
  owns?: readonly Tensor[];
}

/** `f(x)` as one node of the tape. Inside, nothing is recorded, so `f` must not differentiate by the tape itself. */
export function tapeNode<T extends Tensor>(x: T, f: (x: T) => ValueAndGrad<T>): Scalar {
  return tf.customGrad((input, save) => {
    const { value, grad } = f(input as T);
    (save as tf.GradSaveFunc)([grad]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, saved[0]!) };
  })(x);
}

/**
 * A {@link Differentiable} from its closed form: called plainly it computes the value only, under `tf.grad` it is one node of
 * the tape whose gradient is the closed form, and `valueAndGrad` needs no tape at all.
 */
export function closedForm<T extends Tensor>(forms: Forms<T>): ClosedForm<T> {
  ensureGradients();
  const { value, valueAndGrad, check = () => undefined, partNames, owns = [] } = forms;
  const { taped = (x: T) => tapeNode(x, valueAndGrad) } = forms;
  const call = (x: T): Scalar => {
    check(x);
    assertFloat32('a loss', tooFine);
    return tf.tidy(() => (onTape() ? taped(x) : value(x)));
  };
  return Object.assign(call, {
    valueAndGrad: (x: T) => {
      check(x);
      assertFloat32('a loss', tooFine);
      return tf.tidy(() => valueAndGrad(x) as ValueAndGrad<T> & tf.TensorContainerObject);
    },
    dispose: () => tf.dispose([...owns]),
    ...(partNames === undefined ? {} : { partNames }),
  });
}

/** Value and gradient of any {@link Differentiable}: in closed form where it has one, by the tape otherwise. */
export function valueAndGradOf<T extends Tensor>(where: string, f: Differentiable<T>, x: T): ValueAndGrad<T> {
  if (f.valueAndGrad !== undefined) return f.valueAndGrad(x);
  ensureGradients();
  return namingMissing(
    where,
    'the loss',
    () =>
      tf.tidy(() => {
        const result = tf.valueAndGrad(f as (x: Tensor) => Tensor)(x);
        const { rank } = result.value;
        assert(rank === 0, () => `${where}: a loss must return a scalar; got ${show(result.value)}`, ShapeError);
        return result;
      }) as ValueAndGrad<T>,
    'give the loss a valueAndGrad of its own',
  );
}
