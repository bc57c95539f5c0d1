import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { Op } from '../../internal/kernels/op.js';

/** A number of a network that training changes, or a running statistic. */
export interface NamedVariable {
  /** Such as `'conv1_1.weight'`. */
  readonly name: string;
  readonly variable: Variable;
}

/** A step of training's way through one layer, forward and back. */
export interface LayerPass {
  /** The layer's output. */
  readonly y: Tensor4D;
  /** What {@link TrainableLayer.statistics} become if the step is made; none where they stay. */
  readonly statistics?: readonly Tensor[];
  /**
   * The gradients of the layer's parameters, in their order, and of its input if that is wanted. Called at most once, and
   * within the `tf.tidy` of the forward pass. Disposes nothing that it is given.
   */
  backward(dy: Tensor4D, wantInput: boolean): { dx?: Tensor4D; gradients: Tensor[] };
}

/** A layer that can be trained. */
export interface TrainableLayer {
  readonly name: string;
  /** What the optimiser changes. */
  readonly parameters: readonly NamedVariable[];
  /** What the forward pass changes by itself. */
  readonly statistics: readonly NamedVariable[];
  forward(x: Tensor4D): LayerPass;
}

/** A layer without parameters. */
export function fixedLayer(name: string, op: Op): TrainableLayer {
  return {
    name,
    parameters: [],
    statistics: [],
    forward(x) {
      const y = op.forward(x);
      return {
        y,
        backward: (dy, wantInput) => ({
          gradients: [],
          ...(wantInput ? { dx: op.inputGradient(dy, { x: () => x, y: () => y, inputShape: x.shape }) } : {}),
        }),
      };
    },
  };
}

/** A variable with these values. Whoever asks for it disposes it. */
export function variableOf(name: string, shape: readonly number[], values: ArrayLike<number>): NamedVariable {
  const initial = tf.tensor(Float32Array.from(values), [...shape]);
  const variable = tf.variable(initial);
  initial.dispose();
  return { name, variable };
}
