// Draws the pictures of assets/: `npm run draw -- [name...]`. The same on every machine.
import path from 'node:path';
import sharp from 'sharp';
import { height, pictures, toBytes, width } from './pictures/index.js';

const names = Object.keys(pictures);
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`draw: expected ${names.join(', ')}; got ${unknown}`);

for (const [name, draw] of Object.entries(pictures)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const file = path.join(import.meta.dirname, '..', 'assets', `${name}.png`);
  const { size } = await sharp(toBytes(draw()), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toFile(file);
  console.log(`${name}.png: ${width} x ${height}, ${Math.round(size / 1000)} kB`);
}
