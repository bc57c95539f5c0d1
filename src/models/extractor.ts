import type { LayerOutline } from '../internal/outline.js';
import type { Features, Image } from '../types.js';

/** How {@link FeatureExtractor.imageGradient} goes back. */
export interface ImageGradientOptions {
  /**
   * Whether values that cost little are computed once more on the way back instead of kept: a fifth less memory with VGG, the same
   * numbers, about 1 % more time. Networks that keep nothing to give up go the one way they know. @defaultValue false
   */
  readonly recompute?: boolean;
}

/**
 * A frozen network that shows its features at named layers, and takes gradients from there back to the picture.
 *
 * `loadVgg` and `randomVgg` make one; anything with these four members fits wherever one is asked for.
 */
export interface FeatureExtractor<L extends string = string> {
  /** The layers that can be named, from `'image'` (the input itself) to the deepest one. */
  readonly layers: readonly L[];
  /** What each layer takes of memory, `'image'` left out. Absent where that is not known; then no run with it can be estimated. */
  readonly outline?: readonly LayerOutline[];
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
  imageGradient(
    image: Image,
    gradientAt: Readonly<Partial<Record<L, (features: Features) => Features>>>,
    options?: ImageGradientOptions,
  ): Image;
  /** Frees the weights. */
  dispose(): void;
}
