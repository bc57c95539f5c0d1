import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Autoencoder } from '../models/index.js';
import type { Features, Image } from '../types.js';
import type { MixMode, Moments, StyleOperator, WctOptions } from '../wct/index.js';
import type { UniversalProgress } from './universalProgress.js';

/** A style at every level by the level's name, such as `relu4_1`. Plain data: keep it, mix it, save it with `encodeStyle`. */
export type StyleOperators = Readonly<Record<string, StyleOperator>>;

/** A content with what its deepest level knows about it, from `prepareContent`. Its owner disposes it; the rest is for reading. */
export interface PreparedContent {
  /** The picture, `[1, h, w, 3]`. */
  readonly image: Image;
  /** The regions that the statistics are of, `[1, h, w, regions]`. */
  readonly masks?: Tensor4D;
  /** The level that was prepared, such as `'relu5_1'`. */
  readonly level: string;
  /** Sides of the picture with what was added so that networks can halve them. */
  readonly size: readonly [height: number, width: number];
  /** Moments of the features, one for each region. */
  readonly moments: readonly Moments[];
  /** The features; not where the picture is so large that they are computed again by tiles. */
  readonly features?: Features;
  /** Frees everything. */
  dispose(): void;
}

/** One style or several: pictures `[1, h, w, 3]` of any size, or what `styleOperators` made of them. */
export type UniversalStyleChoice =
  | {
      /** A picture `[1, h, w, 3]`, or its {@link StyleOperators}. */
      readonly style: Image | StyleOperators;
    }
  | {
      /** The styles that are mixed, or that each have a region; pictures and {@link StyleOperators} in any combination. */
      readonly styles: readonly (Image | StyleOperators)[];
      /** Shares of the styles in the mixture, in any scale; not with `masks`. @defaultValue equal shares */
      readonly styleWeights?: readonly number[];
    };

/** What {@link universalStyleTransfer} does. A preset of `wctPresets` can be spread into it. */
export interface UniversalSettings extends Omit<WctOptions, 'strength'> {
  /** A picture `[1, h, w, 3]` of any size, or what `prepareContent` made of it. Borrowed. */
  readonly content: Image | PreparedContent;
  /** The autoencoders to go through, from `loadAutoencoders`. They are applied from the deepest to the finest. Borrowed. */
  readonly levels: readonly Autoencoder[];
  /** 0 keeps the content's features, 1 takes the style's: one number, or one for each of `levels`, in their order. @defaultValue 1 */
  readonly strength?: number | readonly number[];
  /** What is averaged where several styles are mixed. @defaultValue 'operator' */
  readonly mix?: MixMode;
  /**
   * A region of the content for each style, `[1, h, w, styles]`, values in 0..1 whose sums are at most 1. What is left over
   * stays as it is. Not with a {@link PreparedContent}, which has its own. @defaultValue the styles are mixed everywhere
   */
  readonly masks?: Tensor4D;
  /** Pictures with a longer side are worked on in tiles of about this size, to the same result. @defaultValue 768 */
  readonly tileSize?: number;
  /**
   * Bytes of tensors that the run may hold at once, beside pictures and weights that it is given. To fit, it works in tiles smaller
   * than `tileSize`. The levels must be loaded. @defaultValue no limit
   */
  readonly memoryBudget?: number;
  /** Whether a level's weights stay loaded when it is done. @defaultValue true */
  readonly keepWeights?: boolean;
  /** Ends the run; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after every level and waited for. */
  readonly onLevel?: (progress: UniversalProgress) => void | Promise<void>;
}
