import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { type RangeReader, loadAutoencoders, safetensors, universalStyleTransfer } from 'pastiche';
import { slimUrl, slimWeights } from 'pastiche/assets';
import { fileReader, readImage } from 'pastiche/node';
import { describe, expect, inject, test } from 'vitest';
import { type LevelQuality, levelQuality } from '../../scripts/training/quality';
import { weaveOf } from '../../scripts/training/weave';
import { hasSharedData, sharedPath } from '../_setup/shared';

/* The file of weights itself: which run made it, how it is read, and how well it keeps a photograph that no training has seen. */

const file = fileURLToPath(slimUrl);

describe('assets/slim.safetensors', () => {
  test('was made by the run whose log stands beside it', () => {
    const log = JSON.parse(readFileSync(file.replace('.safetensors', '.json'), 'utf8')) as { sha256: string };
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(log.sha256);
  });

  test('has at most 4 MB, and levels 1 to 3 are read in less than 200 kB', async () => {
    const whole = fileReader(file);
    let bytes = 0;
    const counted: RangeReader = {
      ...whole,
      read(offset, length, options) {
        bytes += length;
        return whole.read(offset, length, options);
      },
    };
    const levels = await loadAutoencoders(safetensors(counted), { family: 'slim', levels: [1, 2, 3] });
    levels.forEach((level) => level.dispose());
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(200_000);
    expect(await whole.size()).toBeLessThan(4_000_000);
  });

  // One fast backend shows it: the numbers are those of the weights.
  test.runIf(inject('backend') === 'wasm' && hasSharedData)(
    'gives a photograph back at every level, without a dead channel or a covariance that lacks a rank',
    async () => {
      const levels = await loadAutoencoders(slimWeights(), { family: 'slim' });
      const photo = await readImage(sharedPath('photos/content/tubingen.jpg'), { longSide: 512 });
      const found: LevelQuality[] = [];
      for (const level of levels) found.push(await levelQuality(level, photo));
      photo.dispose();
      levels.forEach((level) => level.dispose());
      [34, 27, 24, 20, 18.5].forEach((decibels, i) => expect(found[i]!.psnr).toBeGreaterThanOrEqual(decibels));
      expect(found.map(({ deadChannels }) => deadChannels)).toEqual([0, 0, 0, 0, 0]);
      for (const { smallestEigenvalue } of found) expect(smallestEigenvalue).toBeGreaterThan(1e-7);
    },
  );

  // Weights trained without `variationWeight` came to 1.4 and 2.0 from level 5, and to 1.3 and 1.6 from level 4: it was to be seen.
  test.runIf(inject('backend') === 'wasm' && hasSharedData).each([
    ['tubingen', 'starry_night', 1],
    ['golden_gate', 'the_scream', 1.3],
  ])('paints the plain places of %s after %s without a weave', async (contentName, styleName, most) => {
    const read = (kind: string, name: string) => readImage(sharedPath(`photos/${kind}/${name}.jpg`), { longSide: 384 });
    const [content, style] = [await read('content', contentName), await read('style', styleName)];
    const levels = await loadAutoencoders(slimWeights(), { family: 'slim' });
    for (const [deepest, strength] of [
      [5, 0.6],
      [4, 0.8],
    ] as const) {
      const used = levels.filter(({ level }) => level <= deepest);
      const painted = await universalStyleTransfer({ content, style, levels: used, strength });
      expect(await weaveOf(painted, content)).toBeLessThan(most);
      painted.dispose();
    }
    levels.forEach((level) => level.dispose());
    tf.dispose([content, style]);
  });
});
