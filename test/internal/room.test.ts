import * as tf from '@tensorflow/tfjs-core';
import { DeviceError, randomVgg } from 'pastiche';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { expectTensorGrowth } from '../_setup/compare';

const backend = inject('backend');

/** Makes the active backend as small as a weak device: its largest tensor, and on wasm all of them, hold so many floats. */
async function small<T>(floats: number, run: () => T | Promise<T>): Promise<T> {
  if (backend === 'webgl') {
    const side = tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE');
    tf.env().set('WEBGL_MAX_TEXTURE_SIZE', Math.floor(Math.sqrt(floats)));
    return Promise.resolve(run()).finally(() => {
      tf.env().set('WEBGL_MAX_TEXTURE_SIZE', side);
    });
  }
  if (backend === 'webgpu') {
    const { device } = tf.backend() as unknown as { device: { limits?: object } };
    const less: Record<string | symbol, number> = {
      maxBufferSize: 4 * floats,
      maxStorageBufferBindingSize: 8 * floats,
    };
    const limits = new Proxy(device.limits!, {
      get: (real, name): unknown => less[name] ?? Reflect.get(real, name, real),
    });
    Object.defineProperty(device, 'limits', { configurable: true, value: limits });
    return Promise.resolve(run()).finally(() => delete device.limits);
  }
  // What is in use on wasm is counted by TensorFlow.js: all but so much of what WebAssembly can address.
  const memory = tf.memory();
  vi.spyOn(tf.engine(), 'memory').mockReturnValue({ ...memory, numBytes: 3.5 * 2 ** 30 - 4 * floats });
  return run();
}

describe('networks on a device that cannot hold them', () => {
  afterEach(() => vi.restoreAllMocks());

  // 24 x 24 positions of 8 channels are 4608 numbers; their windows take 9 times as many on webgl, four to a texel.
  const size = 24;
  const inUse = {
    cpu: '',
    wasm: ' beside the 3584 MB in use; wasm',
    webgl: ' in one piece; webgl',
    webgpu: ' in one piece; webgpu',
  };

  it.skipIf(backend === 'cpu')(
    'features(image) and imageGradient(image) refuse before any work, and free all',
    async () => {
      const vgg = randomVgg({ seed: 1, width: 8, upTo: 'relu1_2' });
      const image = tf.ones<tf.Rank.R4>([1, size, size, 3]);
      const message = new RegExp(
        `^A convolution of \\[1, 24, 24, [38]\\] to 8 channels.* needs 1 MB${inUse[backend]}.* holds \\d+ MB\\. Use a smaller picture`,
      );
      await small(4600, () =>
        expectTensorGrowth(0, () => {
          expect(() => vgg.features(image, ['relu1_2'])).toThrow(DeviceError);
          expect(() => vgg.features(image, ['relu1_2'])).toThrow(message);
          expect(() => vgg.imageGradient(image, { relu1_2: (features) => features })).toThrow(message);
        }),
      );
      tf.dispose([image]);
      vgg.dispose();
    },
  );

  it('features(image) works where everything just fits', async () => {
    const vgg = randomVgg({ seed: 1, width: 8, upTo: 'relu1_2' });
    const image = tf.ones<tf.Rank.R4>([1, size, size, 3]);
    // On webgl the windows of 8 channels: 9 * 8 * 576 / 4 texels, 102 to a side.
    const { relu1_2 } = await small(backend === 'webgl' ? 102 ** 2 : 4608, () => vgg.features(image, ['relu1_2']));
    expect((await relu1_2.data()).every((value) => Number.isFinite(value))).toBe(true);
    tf.dispose([image, relu1_2]);
    vgg.dispose();
  });
});
