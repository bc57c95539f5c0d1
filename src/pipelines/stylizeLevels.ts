import * as tf from '@tensorflow/tfjs-core';
import { fitSize, noiseImage, resizeImage } from '../image/index.js';
import { assert, assertNumber, show } from '../internal/assert.js';
import type { OwnedTensors } from '../internal/ownedTensors.js';
import type { Image } from '../types.js';
import { gatysObjective } from './gatysObjective.js';
import type { ObjectiveOptions } from './objectiveOptions.js';
import type { StyleList } from './styleShares.js';
import type { StylizeSettings } from './stylizeOptions.js';

const where = 'stylize';

/** One of the sizes that are painted one after the other, and its optimiser steps. */
export interface Level {
  readonly size: readonly [height: number, width: number];
  readonly iterations: number;
}

/** Sizes and steps of the levels, coarse to fine. */
export function planLevels([, h, w]: Image['shape'], count: number, iterations: number | readonly number[]): Level[] {
  assertNumber(where, 'levels', count, { integer: true, min: 1, max: 10 });
  const steps = typeof iterations === 'number' ? Array.from({ length: count }, () => iterations) : iterations;
  assert(
    steps.length === count,
    () => `${where}: iterations must be a number or ${count} numbers, one for each level; got ${show(iterations)}`,
  );
  steps.forEach((n) => assertNumber(where, 'iterations', n, { integer: true, min: 0 }));
  return steps.map((n, i) => {
    const shrink = 2 ** (count - 1 - i);
    return { size: [Math.max(1, Math.round(h / shrink)), Math.max(1, Math.round(w / shrink))], iterations: n };
  });
}

/** The size of a style that belongs to a level: its longer side is `scale` times that of the level. */
export function styleSize(image: Image, [h, w]: Level['size'], scale: number): [height: number, width: number] {
  const longSide = Math.max(1, Math.round(Math.max(h, w) * scale));
  return fitSize([image.shape[1], image.shape[2]], { longSide });
}

/** What the coarsest level starts from. */
export function startImage(
  init: NonNullable<StylizeSettings['init']>,
  content: Image,
  style: Image,
  size: Level['size'],
  seed: number,
): Image {
  if (init === 'noise') return noiseImage([content.shape[0], ...size, 3], { seed });
  return resizeImage(init === 'content' ? content : init === 'style' ? style : init, size);
}

/** The objective at the size of a level. */
export function levelObjective<L extends string>(
  owned: OwnedTensors,
  { style: _, ...measures }: ObjectiveOptions<L> & StyleList<Image>,
  styles: readonly { image: Image; share: number }[],
  size: Level['size'],
  styleScale: number,
) {
  const pictures = tf.tidy(() => ({
    content: resizeImage(measures.content, size),
    styles: styles.map(({ image }) => resizeImage(image, styleSize(image, size, styleScale))),
  }));
  const all = [pictures.content, ...pictures.styles].map((picture) => owned.own(picture));
  try {
    return gatysObjective<L>({ ...measures, ...pictures, styleWeights: styles.map(({ share }) => share) });
  } finally {
    owned.dispose(...all);
  }
}
