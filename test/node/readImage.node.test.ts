import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp, { type Color, type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StyleError } from '../../src/errors.js';
import { imageFromPixels, psnr, resizeImage } from '../../src/image/index.js';
import { readImage, writeImage } from '../../src/node/index.js';
import { expectTensorGrowth, randomNumbers, randomTensor } from '../_setup/compare.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'images-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The first pixel, in 0..255. */
async function firstPixel(image: tf.Tensor4D): Promise<number[]> {
  return Array.from((await image.data()).slice(0, 3), (value) => Math.round(value * 255));
}
const plain = (width: number, height: number, background: Color, channels: 3 | 4 = 3): Sharp =>
  sharp({ create: { width, height, channels, background } });

/** Left half red, right half blue. */
const redBlue = (width: number, height: number): Sharp => {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) data[i * 3 + (i % width < width / 2 ? 0 : 2)] = 255;
  return sharp(data, { raw: { width, height, channels: 3 } });
};

describe('readImage', () => {
  it('readImage(path) is the picture in 0..1 with a batch axis', async () => {
    const file = path.join(folder, 'red.png');
    await plain(6, 4, { r: 255, g: 51, b: 0 }).png().toFile(file);
    const image = await expectTensorGrowth(1, () => readImage(file));
    expect(image.shape).toEqual([1, 4, 6, 3]);
    const [r, g, b] = await image.data();
    expect([r, b]).toEqual([1, 0]);
    expect(g).toBeCloseTo(0.2, 6);
  });

  it('readImage(bytes) reads a file in memory', async () => {
    expect((await readImage(await plain(5, 3, 'white').webp().toBuffer())).shape).toEqual([1, 3, 5, 3]);
  });

  it.each([
    [1, 'upright', [16, 24], [255, 0, 0]],
    [3, 'on its head', [16, 24], [0, 0, 255]],
    [6, 'a quarter to the right', [24, 16], [255, 0, 0]],
    [8, 'a quarter to the left', [24, 16], [0, 0, 255]],
  ])('readImage(jpeg with EXIF orientation %i) is turned %s', async (orientation, _name, size, corner) => {
    const bytes = await redBlue(24, 16).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
    const image = await readImage(bytes);
    expect(image.shape).toEqual([1, ...size, 3]);
    const pixel = await firstPixel(image);
    pixel.forEach((value, c) => expect(Math.abs(value - corner[c]!)).toBeLessThan(8));
    expect((await readImage(bytes, { longSide: 12 })).shape).toEqual([1, size[0]! / 2, size[1]! / 2, 3]);
  });

  it('readImage(transparent) blends over white, or over another background', async () => {
    const bytes = await plain(4, 4, { r: 255, g: 0, b: 0, alpha: 0.6 }, 4).png().toBuffer();
    expect(await firstPixel(await readImage(bytes))).toEqual([255, 102, 102]);
    expect(await firstPixel(await readImage(bytes, { background: [0, 0, 0] }))).toEqual([153, 0, 0]);
  });

  it('readImage(grey, grey with alpha, 16 bits, CMYK) is 8-bit RGB', async () => {
    const raw = (channels: 1 | 2) =>
      sharp(Buffer.alloc(16 * channels, 200), { raw: { width: 4, height: 4, channels } });
    expect(await firstPixel(await readImage(await raw(1).toColourspace('b-w').png().toBuffer()))).toEqual([
      200, 200, 200,
    ]);
    const blended = Math.round((200 * 200 + 55 * 255) / 255);
    const grey = await firstPixel(await readImage(await raw(2).png().toBuffer()));
    grey.forEach((value) => expect(Math.abs(value - blended)).toBeLessThanOrEqual(1));
    const deep = sharp(new Uint16Array(48).fill(0x8080), { raw: { width: 4, height: 4, channels: 3 } });
    const deepFile = await deep.toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deepFile).metadata()).depth).toBe('ushort');
    expect(await firstPixel(await readImage(deepFile))).toEqual([128, 128, 128]);
    const cmyk = await plain(8, 8, { r: 200, g: 60, b: 40 }).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [r, g, b] = await firstPixel(await readImage(cmyk));
    expect(r! - g!).toBeGreaterThan(100);
    expect(r! - b!).toBeGreaterThan(100);
  });

  it('readImage(path, { longSide | shortSide | pixels | size | multipleOf }) sets the size', async () => {
    const bytes = await plain(80, 60, 'teal').png().toBuffer();
    const shape = async (options: Parameters<typeof readImage>[1]): Promise<number[]> =>
      (await readImage(bytes, options)).shape.slice(1, 3);
    expect(await shape({ longSide: 40 })).toEqual([30, 40]);
    expect(await shape({ shortSide: 30 })).toEqual([30, 40]);
    expect(await shape({ pixels: 1200 })).toEqual([30, 40]);
    expect(await shape({ size: [10, 50] })).toEqual([10, 50]);
    expect(await shape({ multipleOf: 16 })).toEqual([64, 80]);
    expect(await shape({ longSide: 160 })).toEqual([120, 160]);
  });

  it('readImage(path, options) rejects options that contradict or are out of range', async () => {
    const bytes = await plain(8, 8, 'teal').png().toBuffer();
    await expect(readImage(bytes, { size: [4, 4], longSide: 4 })).rejects.toThrow(
      'give one of size, longSide, shortSide',
    );
    await expect(readImage(bytes, { longSide: 0 })).rejects.toThrow('longSide must be a whole number');
    await expect(readImage(bytes, { size: [0, 4] })).rejects.toThrow('size must be [height, width]');
    await expect(readImage(bytes, { background: [2, 0, 0] })).rejects.toThrow('background');
    await expect(readImage(bytes, { maxPixels: 60 })).rejects.toThrow(
      'readImage: ' + String(bytes.length) + ' bytes: a picture of 8 x 8 is larger than maxPixels = 60',
    );
    await expect(readImage(5 as unknown as string)).rejects.toThrow('source must be a path or a Uint8Array; got 5');
  });

  it('readImage(missing, empty, text or truncated file) is a StyleError that names the path', async () => {
    const file = (name: string): string => path.join(folder, name);
    await writeFile(file('empty.png'), '');
    await writeFile(file('text.jpg'), 'no picture at all');
    const jpeg = await redBlue(200, 200).jpeg().toBuffer();
    await writeFile(file('cut.jpg'), jpeg.subarray(0, jpeg.length / 2));
    const problems = {
      'missing.png': 'cannot be read (ENOENT)',
      'empty.png': 'expected a picture; got an empty file',
      'text.jpg': 'got something that cannot be decoded',
      'cut.jpg': 'damaged or incomplete',
    };
    await expectTensorGrowth(0, async () => {
      for (const [name, problem] of Object.entries(problems)) {
        const error = await readImage(file(name)).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StyleError);
        expect((error as StyleError).message).toContain(file(name));
        expect((error as StyleError).message).toContain(problem);
      }
    });
    await expect(readImage(folder)).rejects.toThrow('cannot be read (EISDIR)');
  });
});

describe('writeImage', () => {
  it('writeImage(png) then readImage gives the 8-bit picture back', async () => {
    const file = path.join(folder, 'back.png');
    const random = randomNumbers(4);
    const data = Uint8Array.from({ length: 7 * 5 * 3 }, () => 256 * random());
    const image = imageFromPixels({ data, width: 7, height: 5 });
    await expectTensorGrowth(0, () => writeImage(file, image));
    expect(await (await readImage(file)).data()).toEqual(await image.data());
    expect((await sharp(file).metadata()).channels).toBe(3);
  });

  it.each(['jpg', 'jpeg', 'webp', 'avif', 'PNG'])('writeImage(x.%s) writes that format', async (extension) => {
    const file = path.join(folder, `format.${extension}`);
    await writeImage(file, tf.fill<tf.Rank.R4>([1, 16, 16, 3], 0.5));
    const { format } = await sharp(file).metadata();
    expect(format).toBe({ jpg: 'jpeg', avif: 'heif', PNG: 'png' }[extension] ?? extension);
  });

  it('writeImage(path, image, { quality }) trades size for fidelity', async () => {
    const image = resizeImage(randomTensor<tf.Rank.R4>([1, 16, 16, 3], 5), [64, 64]);
    const fidelity = async (quality: number): Promise<number> => {
      const file = path.join(folder, `quality-${String(quality)}.jpg`);
      await writeImage(file, image, { quality });
      return psnr(await readImage(file), tf.clipByValue(image, 0, 1));
    };
    expect(await fidelity(95)).toBeGreaterThan((await fidelity(10)) + 3);
  });

  it('writeImage(path, batch, { index }) writes that picture', async () => {
    const file = path.join(folder, 'second.png');
    const batch = tf.concat([tf.zeros<tf.Rank.R4>([1, 2, 2, 3]), tf.ones<tf.Rank.R4>([1, 2, 2, 3])]);
    await writeImage(file, batch, { index: 1 });
    expect(await firstPixel(await readImage(file))).toEqual([255, 255, 255]);
    await expect(writeImage(file, batch)).rejects.toThrow('needs index');
  });

  it('writeImage(path, image) says what is wrong with the path or the image', async () => {
    const image = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
    await expectTensorGrowth(0, async () => {
      await expect(writeImage('a.bmp', image)).rejects.toThrow(
        "writeImage: a.bmp: the extension must be one of .png, .jpg, .jpeg, .webp, .avif; got '.bmp'",
      );
      const nowhere = path.join(folder, 'no', 'such', 'folder.png');
      await expect(writeImage(nowhere, image)).rejects.toThrow(`writeImage: ${nowhere}: cannot be written (ENOENT)`);
      await expect(writeImage(path.join(folder, 'x.jpg'), image, { quality: 0 })).rejects.toThrow('quality');
    });
    const nan = tf.fill<tf.Rank.R4>([1, 1, 1, 3], NaN);
    await expect(writeImage(path.join(folder, 'nan.png'), nan)).rejects.toThrow('NaN');
  });
});
