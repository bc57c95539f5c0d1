import * as tf from '@tensorflow/tfjs-core';
import {
  type AffineMap,
  DeviceError,
  applyAffine,
  contentLoss,
  featureMoments,
  gramMatrix,
  imageToPixels,
  lbfgs,
  noiseImage,
  probeBackend,
  randomVgg,
  styleLoss,
  totalVariationLoss,
  wct,
} from 'pastiche';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare';

/** Half floats have 11 bits; a few roundings on the way. */
const half = 4e-3;

// Only WebGL stores half floats, on old and mobile devices: here its flags play one of them.
describe.runIf(inject('backend') === 'webgl')('a WebGL that renders half floats only', () => {
  const flags = ['WEBGL_FORCE_F16_TEXTURES', 'WEBGL_RENDER_FLOAT32_ENABLED'] as const;
  const force = (on: boolean): void => {
    tf.env().set(flags[0], on);
    tf.env().set(flags[1], !on);
  };
  beforeAll(() => {
    force(true);
  });
  afterAll(() => {
    force(false);
  });

  /** What a function returns with 32-bit floats. */
  async function exactly(f: () => tf.Tensor): Promise<Float32Array> {
    force(false);
    try {
      const result = tf.tidy(f);
      const values = await result.data<'float32'>();
      result.dispose();
      return values.slice();
    } finally {
      force(true);
    }
  }

  it('is what it plays: numbers round at 11 bits and end at 65504', async () => {
    const sum = tf.add(tf.fill([40, 40], 2048), 1);
    expect((await sum.data())[0]).toBe(2048);
    const large = tf.mul(tf.fill([40, 40], 300), 300);
    expect(Number.isFinite((await large.data())[0])).toBe(false);
    tf.dispose([sum, large]);
  });

  it('probeBackend() says what is left', async () => {
    const probe = await probeBackend();
    expect(probe).toMatchObject({ backend: 'webgl', float32: false, forward: { available: true } });
    for (const { available, missingKernels, reason } of [probe.imageGradient, probe.filterGradient]) {
      expect(available).toBe(false);
      expect(missingKernels).toEqual([]);
      expect(reason).toMatch(/16-bit floats.*Use tf\.setBackend\('wasm'\)/);
    }
  });

  it('gramMatrix(features) is right where the sum over the positions would overflow', async () => {
    // 128 * 128 positions of squares of about 60 sum up to a million.
    const values = Float32Array.from(await randomTensor([1, 128, 128, 6], 1, 4, 11).data());
    const gram = (): tf.Tensor => gramMatrix(tf.tensor4d(values, [1, 128, 128, 6]));
    const expected = await exactly(gram);
    expect(expected[0]! * 128 * 128).toBeGreaterThan(65504);
    const result = await expectTensorGrowth(1, () => tf.tidy(gram));
    expect(relativeL2(await result.data(), expected)).toBeLessThan(half);
    result.dispose();
  });

  it("gramMatrix(features, { normalization: 'none' }) refuses and names the remedy", () => {
    const features = tf.ones<tf.Rank.R4>([1, 4, 4, 2]);
    expect(() => gramMatrix(features, { normalization: 'none' })).toThrow(DeviceError);
    expect(() => gramMatrix(features, { normalization: 'none' })).toThrow(
      /^gramMatrix: .*16-bit floats.*the means of 'positions' fit.*Use tf\.setBackend\('wasm'\) or 'webgpu'$/,
    );
    features.dispose();
  });

  it('networks, affine maps and pictures come out to three digits', async () => {
    const image = (): tf.Tensor4D => noiseImage([1, 24, 24, 3], { seed: 1 });
    const features = (): tf.Tensor => {
      const vgg = randomVgg({ seed: 1, width: 4, upTo: 'relu2_1', padding: 'reflect' });
      const { relu2_1 } = vgg.features(image(), ['relu2_1']);
      vgg.dispose();
      return relu2_1;
    };
    const map = {
      channels: 3,
      matrix: Float64Array.of(0.5, 0.1, 0, 0.2, 0.6, 0.1, 0, 0, 1),
      bias: Float64Array.of(0.1, 0, 0.2),
    } as unknown as AffineMap;
    for (const f of [features, () => applyAffine(image(), map)]) {
      const expected = await exactly(f);
      const result = tf.tidy(f);
      expect(relativeL2(await result.data(), expected)).toBeLessThan(half);
      result.dispose();
    }
    const shown = image();
    expect((await imageToPixels(shown)).data).toHaveLength(24 * 24 * 4);
    shown.dispose();
  });

  it('losses, gradients, statistics and lbfgs refuse before any work, and leave nothing behind', async () => {
    const x = noiseImage([1, 16, 16, 3], { seed: 1 });
    const vgg = randomVgg({ seed: 1, width: 2, upTo: 'relu1_1' });
    await expectTensorGrowth(0, async () => {
      const [content, style] = [contentLoss(x), styleLoss(x)];
      for (const loss of [content, style, totalVariationLoss()]) {
        expect(() => loss(x)).toThrow(DeviceError);
        expect(() => loss.valueAndGrad(x)).toThrow(/16-bit floats.*Use tf\.setBackend\('wasm'\)/);
        loss.dispose();
      }
      expect(() => vgg.imageGradient(x, { relu1_1: (features) => features })).toThrow(/^imageGradient: WebGL renders/);
      await expect(lbfgs(content, x)).rejects.toThrow(/^lbfgs: WebGL renders only 16-bit floats here/);
      await expect(featureMoments(x)).rejects.toThrow(/^featureMoments: WebGL renders only 16-bit floats/);
      await expect(wct(x, x)).rejects.toThrow('covariances');
    });
    vgg.dispose();
    x.dispose();
  });
});
