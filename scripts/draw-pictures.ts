/** Draws the pictures of assets/: `npx tsx scripts/draw-pictures.ts [name...]`. The same on every machine. */
import path from 'node:path';
import sharp from 'sharp';
import { harbour } from './pictures/harbour.js';
import { stainedGlass } from './pictures/stainedGlass.js';
import { swirls } from './pictures/swirls.js';

const pictures = {
  'content-harbour': () => harbour(1),
  'style-swirls': () => swirls(1),
  'style-glass': () => stainedGlass(1),
};

const [width, height] = [512, 384];
const asked = process.argv.slice(2);
for (const [name, draw] of Object.entries(pictures)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const rgb = Uint8Array.from(draw(), (value) => Math.round(255 * value));
  const file = path.join(import.meta.dirname, '..', 'assets', `${name}.png`);
  const { size } = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toFile(file);
  console.log(`${name}.png: ${width} x ${height}, ${Math.round(size / 1000)} kB`);
}
