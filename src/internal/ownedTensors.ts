import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The tensors that a piece of asynchronous code has to free, whatever happens to it. */
export interface OwnedTensors {
  /** Takes over a tensor: keeps it out of any enclosing tidy and remembers it. Returns it. */
  own<T extends Tensor>(tensor: T): T;
  /** Hands a tensor to somebody else: it is no longer freed by {@link OwnedTensors.disposeAll}. Returns it. */
  release<T extends Tensor>(tensor: T): T;
  /** Frees tensors before the end. */
  dispose(...tensors: (Tensor | undefined)[]): void;
  /** Frees all that is still owned. Belongs into `finally`. */
  disposeAll(): void;
}

/**
 * `tf.tidy` does not work across `await`, so asynchronous code keeps its tensors here and frees the rest in `finally`.
 */
export function ownedTensors(): OwnedTensors {
  const owned = new Set<Tensor>();
  const dispose = (tensor: Tensor): void => {
    owned.delete(tensor);
    if (!tensor.isDisposed) tensor.dispose();
  };
  return {
    own(tensor) {
      owned.add(tf.keep(tensor));
      return tensor;
    },
    release(tensor) {
      owned.delete(tensor);
      return tensor;
    },
    dispose(...tensors) {
      for (const tensor of tensors) if (tensor !== undefined) dispose(tensor);
    },
    disposeAll() {
      for (const tensor of [...owned]) dispose(tensor);
    },
  };
}
