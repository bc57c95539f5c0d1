import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, assertImage, assertNumber, assertOneOf, assertTensor, show } from '../internal/assert.js';
import type { Autoencoder } from '../models/index.js';
import type { Features, Image } from '../types.js';
import {
  type MixMode,
  type Moments,
  type StyleOperator,
  type WctOptions,
  mixModes,
  transferMethods,
} from '../wct/index.js';
import { fitUniversal } from './memoryBudget.js';
import type { UniversalProgress } from './universalProgress.js';
import { type Size, sizeOf } from './universalTiles.js';

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

/** Whether a style or content is given as a picture. */
export const isPicture = (given: Image | StyleOperators | PreparedContent): given is Image => 'dataId' in given;

/** A style as the cascade uses it. */
export interface ResolvedStyle {
  readonly image?: Image;
  readonly operators?: StyleOperators;
}

/** One picture. */
export function assertPicture(where: string, argument: string, image: Image): void {
  assertImage(where, argument, image);
  assert(
    image.shape[0] === 1,
    () => `${where}: ${argument} must be one picture, [1, h, w, 3]; got ${show(image)}`,
    ShapeError,
  );
}

export function assertAutoencoders(where: string, levels: readonly Autoencoder[]): void {
  assert(
    levels.length > 0 && levels.every((level) => 'encode' in level),
    () => `${where}: levels must hold autoencoders from loadAutoencoders; got ${show(levels)}`,
  );
}

/**
 * Keeps a picture of 2048x2048 below 1.5 GB with networks of VGG's width too. Larger tiles have less margin that is computed twice,
 * and need memory by their area.
 */
export const defaultTileSize = 768;

/** Sides that every level can halve as often as it wants, and at least two positions of the deepest one. */
export function cascadeSize([h, w]: Size, levels: readonly Pick<Autoencoder, 'stride'>[]): Size {
  const square = Math.max(...levels.map(({ stride }) => stride));
  const enough = (side: number): number => Math.max(2, Math.ceil(side / square)) * square;
  return [enough(h), enough(w)];
}

export function assertTileSize(where: string, tileSize: number): void {
  assertNumber(where, 'tileSize', tileSize, { integer: true, min: 64 });
}

/** The style's picture, checked. */
export function assertStylePicture(where: string, image: Image, argument = 'style'): void {
  assertPicture(where, argument, image);
}

function resolveStyles(where: string, choice: UniversalStyleChoice, levels: readonly Autoencoder[]): ResolvedStyle[] {
  const styles: readonly (Image | StyleOperators)[] = 'style' in choice ? [choice.style] : choice.styles;
  assert(styles.length > 0, () => `${where}: styles must hold at least one style; got []`);
  return styles.map((style, k) => {
    const argument = 'style' in choice ? 'style' : `styles[${k}]`;
    assert(
      typeof style === 'object',
      () => `${where}: ${argument} must be a picture or what styleOperators returns; got ${show(style)}`,
    );
    if (isPicture(style)) {
      assertPicture(where, argument, style);
      return { image: style };
    }
    const missing = levels.find(({ name }) => !(name in style));
    assert(
      missing === undefined,
      () => `${where}: ${argument} must have an operator for ${missing!.name}; it has ${Object.keys(style).join(', ')}`,
    );
    return { operators: style };
  });
}

function resolveWeights(where: string, choice: UniversalStyleChoice, count: number, masked: boolean): number[] {
  const given = 'style' in choice ? undefined : choice.styleWeights;
  assert(
    given === undefined || !masked,
    () => `${where}: give styleWeights or masks; with masks every style has a region of its own`,
  );
  const weights = given ?? Array.from({ length: count }, () => 1);
  assert(
    weights.length === count,
    () => `${where}: styleWeights must have one number for each of ${count} styles; got ${show(weights)}`,
  );
  weights.forEach((weight, k) => assertNumber(where, `styleWeights[${k}]`, weight, { min: 0 }));
  assert(
    weights.some((weight) => weight > 0),
    () => `${where}: styleWeights must not all be 0`,
  );
  return [...weights];
}

export function assertMaskShape(where: string, masks: Tensor4D, [, h, w]: Image['shape'], regions: number): void {
  assertTensor(where, 'masks', masks, 4, '[1, h, w, styles]');
  const expected = [1, h, w, regions];
  assert(
    masks.shape.every((side, i) => side === expected[i]),
    () => `${where}: masks must have the shape [${expected.join(', ')}]; got [${masks.shape.join(', ')}]`,
    ShapeError,
  );
}

/** The content as a picture and its regions, with what is known about it. */
function resolveContent(where: string, { content, masks }: UniversalSettings) {
  if (typeof content !== 'object' || isPicture(content) || !('moments' in content)) {
    assertPicture(where, 'content', content);
    return { content, masks };
  }
  assert(!content.image.isDisposed, () => `${where}: content was disposed; prepare it again`);
  assert(masks === undefined, () => `${where}: a prepared content has its own masks; give them to prepareContent`);
  return { content: content.image, masks: content.masks, prepared: content };
}

/** Options, checked as far as that goes without computing, with their defaults; levels from deep to fine. */
export function resolveUniversal(where: string, options: UniversalSettings & UniversalStyleChoice) {
  const { levels, strength = 1, method = 'wct', mix = 'operator' } = options;
  const { tileSize: wanted = defaultTileSize, keepWeights = true, memoryBudget } = options;
  const { content, masks, prepared } = resolveContent(where, options);
  assertAutoencoders(where, levels);
  const styles = resolveStyles(where, options, levels);
  const weights = resolveWeights(where, options, styles.length, masks !== undefined);
  assertOneOf(where, 'method', method, transferMethods);
  assertOneOf(where, 'mix', mix, mixModes);
  assertTileSize(where, wanted);
  const strengths = typeof strength === 'number' ? levels.map(() => strength) : [...strength];
  assert(
    strengths.length === levels.length,
    () => `${where}: strength must be a number or ${levels.length} numbers, one for each level; got ${show(strength)}`,
  );
  strengths.forEach((value) => assertNumber(where, 'strength', value, { min: 0, max: 1 }));
  if (masks !== undefined) assertMaskShape(where, masks, content.shape, styles.length);
  const steps = levels
    .map((level, i) => ({ level, strength: strengths[i]! }))
    .sort((a, b) => b.level.level - a.level.level);
  const size = cascadeSize(sizeOf(content), levels);
  assert(
    prepared === undefined || (prepared.level === steps[0]!.level.name && prepared.size.join() === size.join()),
    () => `${where}: content was prepared for ${prepared!.level}; levels begin with ${steps[0]!.level.name}`,
  );
  const styleSizes = styles.flatMap(({ image }) => (image === undefined ? [] : [sizeOf(image)]));
  const run = { levels, size, styleSizes, tileSize: wanted, regions: masks?.shape[3] ?? 0 };
  const { tileSize } = memoryBudget === undefined ? run : fitUniversal(where, run, memoryBudget);
  return { content, masks, prepared, size, steps, styles, weights, method, mix, tileSize, keepWeights };
}

/** Masks hold weights in 0..1, and no pixel belongs to more than one region in sum. */
export async function assertMasks(where: string, masks: Tensor4D): Promise<void> {
  const range = tf.tidy(() => tf.stack([tf.min(masks), tf.max(tf.sum(masks, 3)), tf.sum(tf.mul(masks, 0))]));
  try {
    const [min, max, zero] = (await range.data()) as unknown as [number, number, number];
    assert(
      zero === 0 && min >= 0 && max <= 1 + 1e-3,
      () =>
        `${where}: masks must hold values in 0..1 whose sums at each pixel are at most 1; ` +
        `got values from ${min.toPrecision(3)} and sums up to ${max.toPrecision(3)}`,
    );
  } finally {
    range.dispose();
  }
}
