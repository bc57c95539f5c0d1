import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { psnr } from '../../src/image/index.js';
import { type Autoencoder, type AutoencoderLevel, loadAutoencoders } from '../../src/models/index.js';
import { fileWeights, readImage } from '../../src/node/index.js';
import { relativeL2, tolerance } from '../_setup/compare.js';
import { hasSharedData, sharedArrays, sharedJson, sharedPath, toImage } from '../_setup/shared.js';

/* The published weights against values of PyTorch in float64, and against the reconstruction that their authors reach. */

type Family = 'ust' | 'ust16x';
interface Activation {
  shape_nhwc: number[];
  mean: number;
  std: number;
  first16: number[];
}
interface Single {
  content_feature: Activation;
  reconstruction_psnr: number;
}
interface Golden {
  single: Record<'a' | 'b', { content: string } & Record<string, Single>>;
  odd: Record<string, { image: string; feature: Activation; decoded: Activation }>;
}

// The cpu backend computes convolutions one by one: it checks what is small.
const thorough = inject('backend') !== 'cpu';

const load = async (family: Family, levels: readonly AutoencoderLevel[], ending = 'safetensors') =>
  loadAutoencoders((part, level) => fileWeights(sharedPath(`weights/${family}-${part}-${level}.${ending}`)), {
    family,
    levels,
  });

async function expectActivation(x: tf.Tensor4D, expected: Activation): Promise<void> {
  expect(x.shape).toEqual(expected.shape_nhwc);
  const values = await x.data<'float32'>();
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  expect(Math.abs(mean - expected.mean) / expected.std).toBeLessThan(tolerance());
  expect(Math.abs(std / expected.std - 1)).toBeLessThan(tolerance());
  for (const [i, v] of expected.first16.entries())
    expect(Math.abs(values[i]! - v) / expected.std).toBeLessThan(5 * tolerance());
}

describe.skipIf(!hasSharedData)('published autoencoders against PyTorch', () => {
  const golden = hasSharedData ? (sharedJson('golden/ust.json') as Golden) : undefined!;
  const arrays = hasSharedData ? sharedArrays('golden/ust.safetensors') : undefined!;
  const pictures = hasSharedData ? sharedArrays('golden/images.safetensors') : undefined!;

  const cases = [
    ['ust', [1, 2, 3]],
    ['ust16x', [1, 2, 3, 4, 5]],
  ] as const;
  test.each(cases)('%s: features and reconstructions of small pictures', async (family, levels) => {
    const autoencoders = await load(family, levels);
    for (const pair of thorough ? (['a', 'b'] as const) : (['a'] as const)) {
      const image = toImage(pictures.get(golden.single[pair].content)!);
      for (const level of autoencoders) {
        const expected = golden.single[pair][`${family}-${level.level}`]!;
        const features = level.encode(image);
        await expectActivation(features, expected.content_feature);
        const decoded = level.decode(features);
        expect(await psnr(decoded, image)).toBeCloseTo(expected.reconstruction_psnr, 3);
        tf.dispose([features, decoded]);
      }
      image.dispose();
    }
    for (const level of autoencoders) level.dispose();
  });

  test.each(['ust-2', 'ust-3', 'ust16x-3', 'ust16x-4'])('%s: odd sizes', async (name) => {
    const [family, level] = name.split('-') as [Family, string];
    const { image: picture, feature, decoded: expected } = golden.odd[name]!;
    const [autoencoder] = await load(family, [Number(level) as AutoencoderLevel]);
    const image = toImage(pictures.get(picture)!);
    const features = autoencoder!.encode(image);
    await expectActivation(features, feature);
    const decoded = autoencoder!.decode(features);
    await expectActivation(decoded, expected);
    const whole = arrays.get(`odd/${name}/decoded`)!;
    expect(relativeL2(await decoded.data(), whole.values)).toBeLessThan(tolerance());
    tf.dispose([image, features, decoded]);
    autoencoder!.dispose();
  });

  test.each(['ust', 'ust16x'] as const)('%s: the original checkpoints hold the same weights', async (family) => {
    const image = toImage(pictures.get('tubingen_64x48')!);
    const reconstruct = async (ending: string): Promise<Float32Array> => {
      const [level] = await load(family, [2], ending);
      const result = tf.tidy(() => level!.decode(level!.encode(image)));
      level!.dispose();
      const values = await result.data<'float32'>();
      result.dispose();
      return values;
    };
    expect(await reconstruct('pth')).toEqual(await reconstruct('safetensors'));
    image.dispose();
  });

  // ARCHITECTURES.md; sides are multiples of 16, so that every level keeps the size.
  const photographs = [
    ['ust', 'tubingen', [26.3, 30.4, 25.0]],
    ['ust16x', 'tubingen', [41.4, 29.8, 25.9, 22.7, 20.6]],
    ['ust16x', 'chicago', [47.8, 29.9, 28.0, 24.7, 21.2]],
  ] as const;
  test.runIf(thorough).each(photographs)('%s: reconstructs %s at 512 px', async (family, name, expected) => {
    const image = await readImage(sharedPath(`photos/content/${name}.jpg`), { longSide: 512, multipleOf: 16 });
    const autoencoders: Autoencoder[] = await load(
      family,
      expected.map((_, i) => (i + 1) as AutoencoderLevel),
    );
    for (const [i, level] of autoencoders.entries()) {
      const decoded = tf.tidy(() => tf.clipByValue(level.decode(level.encode(image)), 0, 1));
      expect(Math.abs((await psnr(decoded, image)) - expected[i]!)).toBeLessThan(0.1);
      decoded.dispose();
      level.dispose();
    }
    image.dispose();
  });
});
