import * as tf from '@tensorflow/tfjs-core';
import {
  DeviceError,
  type Differentiable,
  contentLoss,
  featureMoments,
  imageToPixels,
  lbfgs,
  noiseImage,
  probeBackend,
  randomVgg,
  restartBackend,
  stylizeSteps,
} from 'pastiche';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { expectTensorGrowth, randomTensor } from '../_setup/compare';

const onGpu = ['webgl', 'webgpu'].includes(inject('backend'));

/** Takes the GPU away, as a driver does that resets it. */
function lose(): void {
  const { gpgpu, device } = tf.backend() as {
    gpgpu?: { gl: WebGL2RenderingContext };
    device?: { destroy(): void };
  };
  gpgpu?.gl.getExtension('WEBGL_lose_context')?.loseContext();
  device?.destroy();
}

/** Lets so much time pass between two looks at the clock that every step is copied to the host, or none. */
function clock(passes: 'fast' | 'never'): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += passes === 'fast' ? 3000 : 0));
}

// The backends that compute on the host have nothing to lose.
describe.runIf(onGpu)('a lost GPU', () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    await restartBackend();
  });

  /** Minimises a quartic and loses the GPU around its fourth evaluation. */
  async function losing(moment: 'evaluating' | 'stepping' | 'reading') {
    const [start, target] = [tf.zeros<tf.Rank.R4>([1, 8, 40, 3]), randomTensor<tf.Rank.R4>([1, 8, 40, 3], 1)];
    let [calls, steps] = [0, 0];
    const objective: Differentiable = (x) => {
      calls += 1;
      if (calls === 4 && moment === 'evaluating') lose();
      if (calls === 4 && moment === 'reading') setTimeout(lose, 0);
      return tf.sum(tf.square(tf.square(tf.sub(x, target))));
    };
    const onStep = (): void => {
      steps += 1;
      if (steps === 3 && moment === 'stepping') lose();
    };
    try {
      return await lbfgs(objective, start, { maxIterations: 20, bounds: { min: 0, max: 0.8 }, onStep });
    } finally {
      tf.dispose([start, target]);
    }
  }

  it.each(['evaluating', 'stepping', 'reading'] as const)(
    "ends lbfgs with 'device-lost' and the best point that was copied, while %s",
    async (moment) => {
      clock('fast');
      const { x, status, loss, lossHistory, message } = await expectTensorGrowth(1, () => losing(moment));
      expect(status).toBe('device-lost');
      expect(message).toContain('x is the best point');
      expect(lossHistory.length).toBeGreaterThan(1);
      expect(loss).toBe(lossHistory.at(-1));
      // It lies on the host, so that it can still be read and shown.
      const values = await x.data();
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeGreaterThan(0.1);
      expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(0.8));
      const { data } = await imageToPixels(x);
      expect(Array.from(data.slice(0, 3))).toEqual(Array.from(values.slice(0, 3), (value) => Math.round(255 * value)));
      x.dispose();
    },
  );

  it.each(['evaluating', 'reading'] as const)(
    'is a DeviceError of lbfgs where nothing had been copied yet, while %s',
    async (moment) => {
      clock('never');
      await expectTensorGrowth(0, async () => {
        const error: unknown = await losing(moment).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(DeviceError);
        expect((error as Error).message).toMatch(/^lbfgs: the GPU was lost .*tf\.setBackend\('wasm'\)$/);
      });
    },
  );

  it('ends stylizeSteps with a status and the best picture', async () => {
    clock('fast');
    const extractor = randomVgg({ seed: 1, width: 2, upTo: 'relu1_1' });
    const [content, style] = [1, 2].map((seed) => noiseImage([1, 8, 10, 3], { seed })) as [tf.Tensor4D, tf.Tensor4D];
    const steps = stylizeSteps({
      extractor,
      content,
      style,
      contentLayers: ['relu1_1'],
      styleLayers: ['relu1_1'],
      iterations: 5,
    });
    const result = await expectTensorGrowth(1, async () => {
      let next = await steps.next();
      for (let i = 0; next.done !== true; i++) {
        if (i === 1) lose();
        next = await steps.next();
      }
      return next.value;
    });
    expect(result.status).toBe('device-lost');
    expect(result.iterations).toBe(2);
    expect((await imageToPixels(result.image)).data.some((value) => value !== 255)).toBe(true);
    extractor.dispose();
    tf.dispose([content, style, result.image]);
  });

  it('is a DeviceError of every readback, never a wait without end', async () => {
    const features = randomTensor<tf.Rank.R4>([1, 16, 16, 4], 1);
    const before = tf.add(features, 1);
    const pending = featureMoments(features);
    lose();
    await expect(pending).rejects.toThrow('featureMoments: the GPU was lost');
    await expectTensorGrowth(0, () => expect(featureMoments(features)).rejects.toThrow(DeviceError));
    await expect(imageToPixels(before as tf.Tensor4D).catch((e: unknown) => e)).resolves.toBeInstanceOf(Error);
    expect(await probeBackend()).toMatchObject({ lost: true, float32: false });
    tf.dispose([features, before]);
  });
});

it('restartBackend() starts the same backend, which computes as before', async () => {
  const run = async (): Promise<number> => {
    const [target, x] = [tf.zeros<tf.Rank.R4>([1, 20, 20, 2]), tf.fill<tf.Rank.R4>([1, 20, 20, 2], 0.5)];
    const loss = contentLoss(target);
    const { value, grad } = loss.valueAndGrad(x);
    const [number] = await value.data();
    tf.dispose([target, x, value, grad]);
    return number!;
  };
  expect(await run()).toBeCloseTo(0.25, 5);
  await restartBackend();
  expect(tf.getBackend()).toBe(inject('backend'));
  expect(await run()).toBeCloseTo(0.25, 5);
  expect((await probeBackend()).lost).toBe(false);
});
