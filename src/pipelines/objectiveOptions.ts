import { LayerError } from '../errors.js';
import { assert, assertImage, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import type { FeatureExtractor } from '../models/index.js';
import type { Image } from '../types.js';
import { type LayerWeights, type PresetName, type Recipe, presets } from './presets.js';
import { givenStyles, type StyleList, styleShares } from './styleShares.js';

/** One style picture, or several that are mixed. */
export type StyleChoice =
  | {
      /** The picture whose strokes and colours should be seen, `[1, h, w, 3]` of any size. */
      readonly style: Image;
    }
  | {
      /** The pictures whose styles are mixed, each `[1, h, w, 3]` of any size. */
      readonly styles: readonly Image[];
      /** Shares of the styles in the mixture, in any scale. @defaultValue equal shares */
      readonly styleWeights?: readonly number[];
    };

/** What `gatysObjective` measures. Fields that are given replace those of the preset. */
export interface ObjectiveOptions<L extends string = string> {
  /** The network. Borrowed. */
  readonly extractor: FeatureExtractor<L>;
  /** The picture whose things should be seen, `[1, h, w, 3]`. */
  readonly content: Image;
  /** A name from {@link presets}, or a recipe of your own. @defaultValue 'relative' */
  readonly preset?: PresetName | Recipe;
  /** Layers that hold the content, as a list or with weights. */
  readonly contentLayers?: readonly L[] | Readonly<Partial<Record<L, number>>>;
  /** Layers that hold the style, as a list (which share a weight of 1) or with weights. */
  readonly styleLayers?: readonly L[] | Readonly<Partial<Record<L, number>>>;
  /** Weight of all content terms. */
  readonly contentWeight?: number;
  /** Weight of all style terms. */
  readonly styleWeight?: number;
  /** Weight of the total variation: more is smoother. */
  readonly variationWeight?: number;
  /** Whether cheap values are computed twice rather than kept: see `ImageGradientOptions`. @defaultValue false */
  readonly recompute?: boolean;
}

/** Every name must be known: what is misspelt would have no effect. */
export function assertObjectiveNames(where: string, options: Partial<ObjectiveOptions> & StyleList<Image>): void {
  const { extractor, content, preset, contentLayers, styleLayers, recompute, ...more } = options;
  const { contentWeight, styleWeight, variationWeight, style, styles, styleWeights, ...others } = more;
  assertNoOthers(where, others);
}

/** The recipe behind the options, with weights for every layer. */
export function resolveRecipe<L extends string>(
  where: string,
  options: Omit<ObjectiveOptions<L>, 'extractor' | 'content'> & {
    readonly extractor: { readonly layers: readonly L[] };
  },
) {
  const { extractor, preset = 'relative' } = options;
  if (typeof preset === 'string') assertOneOf(where, 'preset', preset, Object.keys(presets));
  const recipe: Recipe = typeof preset === 'string' ? presets[preset] : preset;
  const has = (layer: string): boolean => (extractor.layers as readonly string[]).includes(layer);
  const weights = {
    contentWeight: options.contentWeight ?? recipe.content.weight,
    styleWeight: options.styleWeight ?? recipe.style.weight,
    variationWeight: options.variationWeight ?? recipe.variation.weight,
  };
  for (const [name, weight] of Object.entries(weights)) assertNumber(where, name, weight, { min: 0 });

  // Deep layers keep the things of a picture and forget its pixels; one block before the deepest is the usual place.
  const usualContent = ['relu4_2', 'relu3_2', 'relu2_2', 'relu1_1'].find(has) ?? extractor.layers.at(-1)!;
  const usualStyle = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'].filter(has);
  const contentLayers = layerWeights(options.contentLayers ?? recipe.content.layers ?? [usualContent]);
  const styleLayers = layerWeights(options.styleLayers ?? recipe.style.layers ?? usualStyle);
  for (const [name, layers] of Object.entries({ contentLayers, styleLayers })) {
    const missing = Object.keys(layers).filter((layer) => !has(layer));
    assert(
      missing.length === 0,
      () =>
        `${where}: the network has no ${missing.map(show).join(', ')} for ${name}; load more of it, or set ${name} to some of ` +
        extractor.layers.join(', '),
      LayerError,
    );
    for (const [layer, weight] of Object.entries(layers)) assertNumber(where, `${name}.${layer}`, weight, { min: 0 });
  }
  return { recipe, ...weights, contentLayers, styleLayers };
}

/** A list shares a weight of 1; a record says its own. */
function layerWeights(layers: readonly string[] | Readonly<Record<string, number | undefined>>): LayerWeights {
  if (Array.isArray(layers)) {
    const list = layers as readonly string[];
    return Object.fromEntries(list.map((layer) => [layer, 1 / list.length]));
  }
  return layers as LayerWeights;
}

/** The styles with their shares, which add up to 1. */
export function resolveStyles(where: string, choice: StyleList<Image>): { image: Image; share: number }[] {
  const styles = givenStyles<Image>(where, choice);
  for (const [name, image] of styles) assertImage(where, name, image);
  const shares = styleShares(where, choice.styleWeights, styles.length);
  return styles.map(([, image], i) => ({ image, share: shares[i]! }));
}
