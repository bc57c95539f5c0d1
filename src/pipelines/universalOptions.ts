import { ShapeError } from '../errors.js';
import { assert, assertImage, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import { sizeOf } from '../internal/size.js';
import type { Autoencoder } from '../models/index.js';
import type { Image } from '../types.js';
import { mixModes, transferMethods } from '../wct/index.js';
import { spectralDefaults } from '../wct/spectral.js';
import { fitUniversal } from './memoryBudget.js';
import { givenStyles, type StyleList, styleShares } from './styleShares.js';
import { assertMaskShape } from './universalMasks.js';
import type { PreparedContent, StyleOperators, UniversalSettings } from './universalSettings.js';
import { assertTileSize, cascadeSize, defaultTileSize } from './universalSizes.js';

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

/** What can be gone through. */
export function assertAutoencoders(where: string, levels: readonly Autoencoder[]): void {
  assert(
    levels.length > 0 && levels.every((level) => 'encode' in level),
    () => `${where}: levels must hold autoencoders from loadAutoencoders; got ${show(levels)}`,
  );
}

function resolveStyles(
  where: string,
  choice: StyleList<Image | StyleOperators>,
  levels: readonly Autoencoder[],
): ResolvedStyle[] {
  return givenStyles<Image | StyleOperators>(where, choice).map(([argument, style]) => {
    assert(
      typeof style === 'object' && (style as unknown) !== null,
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

/** The content as a picture and its regions, with what is known about it. */
function resolveContent(where: string, content: UniversalSettings['content'], masks: UniversalSettings['masks']) {
  if (typeof content !== 'object' || isPicture(content) || !('moments' in content)) {
    assertPicture(where, 'content', content);
    return { content, masks };
  }
  assert(!content.image.isDisposed, () => `${where}: content was disposed; prepare it again`);
  assert(masks === undefined, () => `${where}: a prepared content has its own masks; give them to prepareContent`);
  return { content: content.image, masks: content.masks, prepared: content };
}

/** Options, checked as far as that goes without computing, with their defaults; levels from deep to fine. */
export function resolveUniversal(where: string, options: UniversalSettings & StyleList<Image | StyleOperators>) {
  const { content: subject, masks: given, style, styles: several, styleWeights, levels, ...how } = options;
  const { strength = 1, method = 'wct', mix = 'operator', whitening = {}, colouring = {}, ...run } = how;
  const { tileSize: wanted = defaultTileSize, keepWeights = true, memoryBudget, signal, onLevel, ...others } = run;
  assertNoOthers(where, others);
  const { content, masks, prepared } = resolveContent(where, subject, given);
  assertAutoencoders(where, levels);
  const styles = resolveStyles(where, options, levels);
  assert(
    styleWeights === undefined || masks === undefined,
    () => `${where}: give styleWeights or masks; with masks every style has a region of its own`,
  );
  const weights = styleShares(where, styleWeights, styles.length);
  assertOneOf(where, 'method', method, transferMethods);
  assertOneOf(where, 'mix', mix, mixModes);
  spectralDefaults(where, whitening);
  spectralDefaults(where, colouring);
  assertTileSize(where, wanted);
  const strengths = typeof strength === 'number' ? levels.map(() => strength) : [...strength];
  assert(
    strengths.length === levels.length,
    () => `${where}: strength must be a number or ${levels.length} numbers, one for each level; got ${show(strength)}`,
  );
  strengths.forEach((value) => assertNumber(where, 'strength', value, { min: 0, max: 1 }));
  if (masks !== undefined) assertMaskShape(where, 'masks', masks, content.shape, styles.length);
  const steps = levels
    .map((level, i) => ({ level, strength: strengths[i]! }))
    .sort((a, b) => b.level.level - a.level.level);
  const size = cascadeSize(sizeOf(content), levels);
  assert(
    prepared === undefined || (prepared.level === steps[0]!.level.name && prepared.size.join() === size.join()),
    () => `${where}: content was prepared for ${prepared!.level}; levels begin with ${steps[0]!.level.name}`,
  );
  const styleSizes = styles.flatMap(({ image }) => (image === undefined ? [] : [sizeOf(image)]));
  const plan = { levels, size, styleSizes, tileSize: wanted, regions: masks?.shape[3] ?? 0 };
  const { tileSize } = memoryBudget === undefined ? plan : fitUniversal(where, plan, memoryBudget);
  const rest = { method, mix, whitening, colouring, tileSize, keepWeights, signal, onLevel };
  return { content, masks, prepared, size, steps, styles, weights, ...rest };
}
