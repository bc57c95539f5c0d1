import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerPass, NamedVariable, TrainableLayer } from './layer.js';

/** The gradients of some parameters, or new values of some statistics. */
export type Gradients = Map<NamedVariable, Tensor>;

/** A way through a chain of layers, forward and back. */
export interface ChainPass {
  /** The output of each layer by name. Freed by {@link ChainPass.backward}. */
  readonly outputs: ReadonlyMap<string, Tensor4D>;
  /** The last layer's output. */
  readonly y: Tensor4D;
  /** What statistics become if the step is made. */
  readonly statistics: ReadonlyMap<NamedVariable, Tensor>;
  /**
   * Takes gradients at outputs, by layer, back to the parameters, which it adds to `gradients`, and, if that is wanted, to the
   * input. The gradients given are handed over.
   */
  backward(gradientAt: ReadonlyMap<string, Tensor4D>, gradients: Gradients, wantInput: boolean): Tensor4D | undefined;
}

/** Runs a chain of layers and keeps what the way back needs. To be called, with its `backward`, within one `tf.tidy`. */
export function forwardChain(layers: readonly TrainableLayer[], x: Tensor4D): ChainPass {
  const passes: LayerPass[] = [];
  let y = x;
  for (const layer of layers) {
    const pass = layer.forward(y);
    passes.push(pass);
    y = pass.y;
  }
  return {
    outputs: new Map(layers.map(({ name }, i) => [name, passes[i]!.y])),
    y,
    statistics: new Map(
      layers.flatMap((layer, i) =>
        (passes[i]!.statistics ?? []).map((value, k) => [layer.statistics[k]!, value] as const),
      ),
    ),
    backward(gradientAt, gradients, wantInput) {
      let dy: Tensor4D | undefined;
      for (let i = layers.length - 1; i >= 0; i--) {
        const [layer, pass] = [layers[i]!, passes[i]!];
        const added = gradientAt.get(layer.name);
        if (added !== undefined) dy = dy === undefined ? added : sumOf(dy, added);
        if (dy !== undefined) {
          const result = pass.backward(dy, wantInput || i > 0);
          layer.parameters.forEach((parameter, k) => addGradient(gradients, parameter, result.gradients[k]!));
          dy.dispose();
          dy = result.dx;
        }
        // Whatever read it, the layer after and the losses at it, is done.
        pass.y.dispose();
      }
      return dy;
    },
  };
}

/** Adds a gradient to what its parameter, or its layer, has already. Takes over both. */
export function addGradient<K, T extends Tensor>(gradients: Map<K, T>, of: K, gradient: T): void {
  const before = gradients.get(of);
  gradients.set(of, before === undefined ? gradient : sumOf(before, gradient));
}

/** The sum of two tensors that nobody needs any longer. */
export function sumOf<T extends Tensor>(a: T, b: T): T {
  const sum = tf.add<T>(a, b);
  tf.dispose([a, b]);
  return sum;
}
