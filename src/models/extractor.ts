import type { Features, Image } from '../types.js';

/**
 * A frozen network that shows its features at named layers, and takes gradients from there back to the picture.
 *
 * `loadVgg` and `randomVgg` make one; anything with these four members fits wherever one is asked for.
 */
export interface FeatureExtractor<L extends string = string> {
  /** The layers that can be named, from `'image'` (the input itself) to the deepest one. */
  readonly layers: readonly L[];
  /**
   * The features at some layers, each `[b, h, w, c]`. Computes nothing deeper than the deepest of them. The caller owns them.
   * Differentiable under `tf.grad`.
   */
  features<K extends L>(image: Image, layers: readonly K[]): Record<K, Features>;
  /**
   * The gradient at the picture of a function of the features: for each layer a callback that turns the features there
   * (borrowed) into the function's gradient with respect to them (handed over). Callbacks run from the deepest layer up, and
   * features are freed as soon as nothing needs them. The caller owns the result.
   */
  imageGradient(image: Image, gradientAt: Readonly<Partial<Record<L, (features: Features) => Features>>>): Image;
  /** Frees the weights. */
  dispose(): void;
}
