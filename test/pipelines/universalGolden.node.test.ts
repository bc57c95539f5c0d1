import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { psnr } from '../../src/image/index.js';
import { type Autoencoder, type AutoencoderLevel, loadAutoencoders } from '../../src/models/index.js';
import { fileWeights, readImage } from '../../src/node/index.js';
import { type UniversalProgress, universalStyleTransfer } from '../../src/pipelines/index.js';
import { wctPresets } from '../../src/wct/index.js';
import { relativeL2 } from '../_setup/compare.js';
import { hasSharedData, sharedArrays, sharedJson, sharedPath, toImage } from '../_setup/shared.js';

/* Single levels and whole cascades with the published weights against PyTorch in float64. */

type Family = 'ust' | 'ust16x';
interface Stage {
  decoded: { first16: number[] };
  info: { content_kept: number; style_kept: number };
}
interface Pair {
  content: string;
  style: string;
}
interface Golden {
  single: Record<'a' | 'b', Pair>;
  cascade: Record<'b' | 'c', Pair & Record<string, Record<string, Stage>>>;
}

const thorough = inject('backend') !== 'cpu';
const depth = { ust: 3, ust16x: 5 } as const;

// The shorter ways of convolutions are for wasm alone; there the numbers must be right with them and without.
const ways = inject('backend') === 'wasm' ? [true, false] : [true];

describe.skipIf(!hasSharedData).each(ways)('universalStyleTransfer against PyTorch, winograd: %s', (winograd) => {
  const golden = hasSharedData ? (sharedJson('golden/ust.json') as Golden) : undefined!;
  const arrays = hasSharedData ? sharedArrays('golden/ust.safetensors') : undefined!;
  const pictures = hasSharedData ? sharedArrays('golden/images.safetensors') : undefined!;
  const families = {} as Record<Family, Autoencoder[]>;

  beforeAll(async () => {
    for (const family of ['ust', 'ust16x'] as const)
      families[family] = await loadAutoencoders(
        (part, level) => fileWeights(sharedPath(`weights/${family}-${part}-${level}.safetensors`)),
        {
          family,
          levels: Array.from({ length: depth[family] }, (_, i) => (i + 1) as AutoencoderLevel),
          lazy: true,
          winograd,
        },
      );
  });
  afterAll(() => {
    for (const level of Object.values(families).flat()) level.dispose();
  });

  const levels = [1, 2, 3] as const;
  test.each(thorough ? levels : levels.slice(0, 1))('level %i, full width', async (level) => {
    for (const pair of thorough ? (['a', 'b'] as const) : (['a'] as const)) {
      const content = toImage(pictures.get(golden.single[pair].content)!);
      const style = toImage(pictures.get(golden.single[pair].style)!);
      const presets = { li: wctPresets['ust-official'], eye: wctPresets['pytorch-wct'] };
      for (const [variant, preset] of Object.entries(presets))
        for (const strength of [1, 0.6]) {
          const expected = arrays.get(`decoded/${pair}/ust-${level}/${variant}/alpha${strength.toFixed(1)}`);
          if (expected === undefined) continue;
          let unclipped: ArrayLike<number> = [];
          const result = await universalStyleTransfer({
            content,
            style,
            levels: [families.ust[level - 1]!],
            ...preset,
            strength,
            onLevel: async ({ image }) => {
              unclipped = await image.data();
            },
          });
          expect(relativeL2(unclipped, expected.values)).toBeLessThan(1e-4);
          result.dispose();
        }
      tf.dispose([content, style]);
    }
  });

  const cascades = [
    ['b', 'ust16x', 1],
    ['b', 'ust16x', 0.6],
    ['b', 'ust', 1],
    ['b', 'ust', 0.6],
    ['c', 'ust16x', 1],
    ['c', 'ust', 0.6],
  ] as const;
  test.each(thorough ? cascades : cascades.slice(0, 1))(
    'cascade %s, %s, strength %f',
    async (pair, family, strength) => {
      const expected = golden.cascade[pair];
      const stages = expected[`${family}/alpha${strength.toFixed(1)}`]!;
      const content = toImage(pictures.get(expected.content)!);
      const style = toImage(pictures.get(expected.style)!);
      const onLevel = async ({ level, maps, image }: UniversalProgress): Promise<void> => {
        const { decoded, info } = stages[`x${level}`]!;
        expect([maps[0]!.rankContent, maps[0]!.rankStyle]).toEqual([info.content_kept, info.style_kept]);
        const values = await image.data();
        for (const [i, v] of decoded.first16.entries()) expect(Math.abs(values[i]! - v)).toBeLessThan(5e-4);
        const whole = arrays.get(`cascade/${pair}/${family}/alpha${strength.toFixed(1)}/x${level}`);
        // The compressed networks have dead channels: their covariances are singular at every level.
        if (whole) expect(relativeL2(values, whole.values)).toBeLessThan(family === 'ust' ? 1e-4 : 5e-4);
      };
      const result = await universalStyleTransfer({ content, style, levels: families[family], strength, onLevel });
      const name = `golden/images/cascade_${pair}_${family}_alpha${strength.toFixed(1)}.png`;
      const picture = await readImage(sharedPath(name));
      // 59 dB is what rounding to 8 bits leaves.
      expect(await psnr(result, picture)).toBeGreaterThan(55);
      tf.dispose([content, style, result, picture]);
    },
  );
});
