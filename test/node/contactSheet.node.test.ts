import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { glyphHeight, glyphWidth, hasInk } from '../../src/node/bitmapFont.js';
import { contactSheet } from '../../src/node/index.js';
import { expectTensorGrowth } from '../_setup/compare.js';

const grey = (value: number, height: number, width: number): tf.Tensor4D =>
  tf.fill<tf.Rank.R4>([1, height, width, 3], value);

async function decode(
  png: Uint8Array,
): Promise<{ width: number; height: number; at: (x: number, y: number) => number[] }> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  return { width: info.width, height: info.height, at };
}

describe('contactSheet', () => {
  it('contactSheet(cells, { columns, cellWidth }) lays the pictures out row by row on white', async () => {
    const cells = [0.2, 0.4, 0.6].map((value) => ({ image: grey(value, 20, 40), label: '' }));
    const png = await expectTensorGrowth(0, () => contactSheet(cells, { columns: 2, cellWidth: 80 }));
    const { width, height, at } = await decode(png);
    // Cells of 80 x 40, gaps of 4, labels of 12.
    expect([width, height]).toEqual([4 + 2 * 84, 4 + 2 * (40 + 12 + 4)]);
    expect(at(2, 2)).toEqual([255, 255, 255]);
    expect(at(4 + 40, 4 + 20)).toEqual([51, 51, 51]);
    expect(at(4 + 84 + 40, 4 + 20)).toEqual([102, 102, 102]);
    expect(at(4 + 40, 4 + 56 + 20)).toEqual([153, 153, 153]);
    expect(at(4 + 84 + 40, 4 + 56 + 20)).toEqual([255, 255, 255]);
  });

  it('contactSheet(cells) writes the label below its picture, on a machine without fonts too', async () => {
    const { at } = await decode(await contactSheet([{ image: grey(0.5, 16, 64), label: 'I' }], { cellWidth: 64 }));
    const top = 4 + 16 + 2;
    const drawn = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) => (at(4 + x, top + y)[0]! < 128 ? '#' : '.')).join(''),
    );
    expect(drawn).toEqual(['.###.', '..#..', '..#..', '..#..', '..#..', '..#..', '.###.']);
  });

  it('contactSheet(cells) cuts a label that is wider than its picture', async () => {
    const { width, height, at } = await decode(
      await contactSheet([{ image: grey(1, 8, 32), label: 'MMMMMMMMMMMMMMMM' }], { cellWidth: 32 }),
    );
    for (let y = 0; y < height; y++) for (let x = 36; x < width; x++) expect(at(x, y)).toEqual([255, 255, 255]);
  });

  it('contactSheet(cells) lines up pictures of different heights at their lower edge', async () => {
    const cells = [
      { image: grey(0, 32, 32), label: 'tall' },
      { image: grey(0, 8, 32), label: 'flat' },
    ];
    const { at } = await decode(await contactSheet(cells, { cellWidth: 32 }));
    expect(at(4 + 36 + 16, 4 + 16)).toEqual([255, 255, 255]);
    expect(at(4 + 36 + 16, 4 + 30)).toEqual([0, 0, 0]);
  });

  it('contactSheet(cells) names the cell that is wrong', async () => {
    const image = grey(0.5, 4, 4);
    await expectTensorGrowth(0, async () => {
      await expect(contactSheet([])).rejects.toThrow('contactSheet: cells must hold at least one picture');
      await expect(contactSheet([{ image, label: 'a' }], { columns: 0 })).rejects.toThrow('columns');
      await expect(contactSheet([{ image, label: 5 as unknown as string }])).rejects.toThrow(
        'contactSheet: cells[0].label must be a string; got 5',
      );
    });
    const two = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    await expect(contactSheet([{ image: two, label: '' }])).rejects.toThrow('cells[0].image must be one picture');
    const nan = grey(NaN, 4, 4);
    await expectTensorGrowth(0, async () => {
      await expect(contactSheet([{ image: nan, label: '' }])).rejects.toThrow('NaN');
    });
  });
});

describe('hasInk', () => {
  it('hasInk(character) draws every printable character, each differently', () => {
    const seen = new Map<string, string>();
    for (let code = 32; code < 128; code++) {
      const character = String.fromCharCode(code);
      let bits = '';
      for (let y = 0; y < glyphHeight; y++)
        for (let x = 0; x < glyphWidth; x++) bits += hasInk(character, x, y) ? '#' : '.';
      expect(bits.includes('#')).toBe(character !== ' ');
      expect(seen.get(bits)).toBeUndefined();
      seen.set(bits, character);
    }
    expect(hasInk('é', 0, 0)).toBe(true);
  });
});
