import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { height, pictures, toBytes, width } from '../../scripts/pictures/index.js';

const assets = path.join(import.meta.dirname, '..', '..', 'assets');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('npm run draw', () => {
  it('draws every picture of assets/', () => {
    const files = readdirSync(assets).filter((file) => file.endsWith('.png'));
    expect(files.toSorted()).toEqual(
      Object.keys(pictures)
        .map((name) => `${name}.png`)
        .toSorted(),
    );
  });

  it.each(Object.entries(pictures))('draws %s as it is in assets/, pixel by pixel', async (name, draw) => {
    const { data, info } = await sharp(path.join(assets, `${name}.png`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width, height, channels: 3 });
    expect(sha256(toBytes(draw()))).toBe(sha256(data));
  });
});
