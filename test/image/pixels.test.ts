import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ShapeError, StyleError } from '../../src/errors.js';
import { imageFromPixels, imageToPixels } from '../../src/image/index.js';
import { expectTensorGrowth, tolerance } from '../_setup/compare.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('imageFromPixels', () => {
  it('imageFromPixels(rgb) is value / 255 with a batch axis', async () => {
    const image = await expectTensorGrowth(1, () =>
      imageFromPixels({ data: bytes(0, 51, 255, 102, 153, 204), width: 1, height: 2 }),
    );
    expect(image.shape).toEqual([1, 2, 1, 3]);
    expect(image.dtype).toBe('float32');
    const expected = [0, 0.2, 1, 0.4, 0.6, 0.8];
    (await image.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  it('imageFromPixels(rgba) blends transparent pixels over white', async () => {
    const data = new Uint8ClampedArray([0, 0, 0, 0, 255, 0, 0, 51, 10, 20, 30, 255]);
    const values = await imageFromPixels({ data, width: 3, height: 1 }).data();
    const expected = [1, 1, 1, 1, 0.8, 0.8, 10 / 255, 20 / 255, 30 / 255];
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6));
  });

  it('imageFromPixels(rgba, { background }) blends over that colour', async () => {
    const pixels = { data: bytes(255, 255, 255, 0, 255, 255, 255, 127), width: 2, height: 1 };
    const values = await imageFromPixels(pixels, { background: [0, 0.5, 0.25] }).data();
    const half = 127 / 255;
    const expected = [0, 0.5, 0.25, half, half + (1 - half) * 0.5, half + (1 - half) * 0.25];
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6));
  });

  it.skipIf(typeof ImageData === 'undefined')('imageFromPixels(pixels) takes an ImageData', async () => {
    const image = imageFromPixels(new ImageData(new Uint8ClampedArray([255, 0, 51, 255]), 1, 1));
    const values = await image.data();
    [1, 0, 0.2].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6));
  });

  it('imageFromPixels(pixels) says what is wrong with its argument', async () => {
    await expectTensorGrowth(0, () => {
      expect(() => imageFromPixels({ data: bytes(), width: 0, height: 1 })).toThrow(
        'imageFromPixels: pixels.width must be a whole number of at least 1; got 0',
      );
      expect(() => imageFromPixels({ data: bytes(1, 2, 3, 4, 5), width: 1, height: 1 })).toThrow(
        'pixels.data must hold 1 x 1 pixels of 3 or 4 channels; got 5 values',
      );
      expect(() => imageFromPixels({ data: bytes(1, 2, 3, 4), width: 1, height: 1, channels: 3 })).toThrow(ShapeError);
      const floats = new Float32Array(3) as unknown as Uint8Array;
      expect(() => imageFromPixels({ data: floats, width: 1, height: 1 })).toThrow('must be a Uint8Array');
      expect(() => imageFromPixels({ data: bytes(1, 2, 3), width: 1, height: 1 }, { background: [0, 255, 0] })).toThrow(
        'background',
      );
    });
  });
});

describe('imageToPixels', () => {
  it('imageToPixels(imageFromPixels(pixels)) gives the pixels back', async () => {
    const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => (i * 7) % 256);
    const image = imageFromPixels({ data, width: 16, height: 16 });
    const back = await expectTensorGrowth(0, () => imageToPixels(image));
    expect([back.width, back.height]).toEqual([16, 16]);
    for (let i = 0; i < 256; i++) {
      expect([...back.data.subarray(4 * i, 4 * i + 4)]).toEqual([...data.subarray(3 * i, 3 * i + 3), 255]);
    }
    image.dispose();
  });

  it('imageToPixels(image) cuts at 0 and 1 and rounds to the nearest', async () => {
    const values = [-0.5, 1.5, 100.4 / 255, 100.6 / 255, 0, 1];
    const { data } = await imageToPixels(tf.tensor4d(values, [1, 1, 2, 3]));
    expect([...data]).toEqual([0, 255, 100, 255, 101, 0, 255, 255]);
  });

  it('imageToPixels(batch, { index }) converts that picture', async () => {
    const batch = tf.tensor4d([0, 0, 0, 1, 1, 1], [2, 1, 1, 3]);
    expect([...(await imageToPixels(batch, { index: 1 })).data]).toEqual([255, 255, 255, 255]);
    await expect(imageToPixels(batch)).rejects.toThrow('a batch of 2 pictures needs index');
    await expect(imageToPixels(batch, { index: 2 })).rejects.toThrow('index must be a whole number in 0..1; got 2');
  });

  it('imageToPixels(image) rejects NaN, naming the place, and frees what it made', async () => {
    const image = tf.tensor4d([0, 0, 0, 0, NaN, 0], [1, 1, 2, 3]);
    await expectTensorGrowth(0, async () => {
      await expect(imageToPixels(image)).rejects.toThrow(StyleError);
      await expect(imageToPixels(image)).rejects.toThrow('got NaN at row 0, column 1, channel 1');
    });
  });

  it('imageToPixels(image) works when it is called inside tf.tidy', async () => {
    const image = tf.fill<tf.Rank.R4>([1, 2, 2, 3], 1 - tolerance());
    let pixels: ReturnType<typeof imageToPixels> | undefined;
    tf.tidy(() => {
      pixels = imageToPixels(image);
      return undefined;
    });
    expect((await pixels!).data[0]).toBe(255);
  });

  it('imageToPixels(x) names the argument when it is no image', async () => {
    await expect(imageToPixels(tf.zeros<tf.Rank.R4>([1, 2, 2, 4]))).rejects.toThrow('image must have 3 channels (RGB)');
    await expect(imageToPixels(tf.zeros<tf.Rank.R4>([1, 0, 2, 3]))).rejects.toThrow('a side of length 0');
  });
});
