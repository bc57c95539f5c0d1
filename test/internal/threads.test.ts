import * as tf from '@tensorflow/tfjs-core';
import { gramMatrix, noiseImage, probeBackend, randomVgg } from 'pastiche';
import { describe, expect, inject, it } from 'vitest';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare';

const threads = inject('threads');

// The project wasm-threads: a page that its server isolates. Under Node see test/node/wasmThreads.once.test.ts.
describe.runIf(threads > 1)('wasm with several threads in a browser', () => {
  it('probeBackend() says how many there are, and the browser looks as before', async () => {
    expect(crossOriginIsolated).toBe(true);
    expect(await probeBackend()).toMatchObject({ backend: 'wasm', threads });
    expect(Object.hasOwn(navigator, 'hardwareConcurrency')).toBe(false);
  });

  it('conv2d is the convolution where the work is shared out, again and again', async () => {
    const x = randomTensor<tf.Rank.R4>([1, 96, 96, 16], 1, -1, 1);
    const kernel = randomTensor<tf.Rank.R4>([3, 3, 16, 24], 2, -1, 1);
    const [xs, ks] = [await x.data(), await kernel.data()];
    // In float64, at places all over the result.
    const places = Array.from({ length: 300 }, (_, i) => (i * 9973) % (94 * 94 * 24));
    const expected = places.map((place) => {
      const [channel, pixel] = [place % 24, Math.floor(place / 24)];
      let sum = 0;
      for (let tap = 0; tap < 9; tap++) {
        const at = (Math.floor(pixel / 94) + Math.floor(tap / 3)) * 96 + (pixel % 94) + (tap % 3);
        for (let c = 0; c < 16; c++) sum += xs[at * 16 + c]! * ks[(tap * 16 + c) * 24 + channel]!;
      }
      return sum;
    });
    for (let run = 0; run < 20; run++) {
      const y = await expectTensorGrowth(1, () => tf.conv2d(x, kernel, 1, 'valid'));
      const values = await y.data();
      expect(
        relativeL2(
          places.map((place) => values[place]!),
          expected,
        ),
      ).toBeLessThan(1e-6);
      y.dispose();
    }
    tf.dispose([x, kernel]);
  });

  it('features(image) and gramMatrix(features) leave nothing behind, in tensors and in the memory of WebAssembly', async () => {
    const vgg = randomVgg({ seed: 1, width: 8, upTo: 'relu2_1' });
    const image = noiseImage([1, 64, 64, 3], { seed: 1 });
    const run = async (): Promise<number> => {
      const { relu2_1 } = vgg.features(image, ['relu2_1']);
      const gram = gramMatrix(relu2_1);
      const [first] = await gram.data();
      tf.dispose([relu2_1, gram]);
      return first!;
    };
    /** Bytes that the backend has taken from the browser. */
    const memory = (): number => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const value = await run();
    const before = memory();
    await expectTensorGrowth(0, async () => {
      for (let i = 0; i < 10; i++) expect(await run()).toBe(value);
    });
    expect(memory()).toBe(before);
    tf.dispose(image);
    vgg.dispose();
  });
});
