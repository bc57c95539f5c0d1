// A style for each region of the picture: one for the sky and the mountains, another for the town, and the water stays as it is.
//   npx tsx examples/masks.ts        SIZE=512 for a larger picture
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { loadAutoencoders, universalStyleTransfer } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { contactSheet, readImage } from 'pastiche/node';

const { SIZE = '384', OUT = 'out' } = process.env;
const longSide = Number(SIZE);
await tf.setBackend('wasm');
const weights = slimWeights();
const levels = await loadAutoencoders(weights, { family: 'slim', levels: [4, 3, 2, 1] });
const content = await readImage('assets/content-harbour.png', { longSide });
const styles = [
  await readImage('assets/style-swirls.png', { longSide }),
  await readImage('assets/style-glass.png', { longSide }),
];

// Masks are weights in 0..1; between regions they run from one to the other over a few rows, so that no edge shows. Yours may come
// from a drawing (readImage) or from a network that segments pictures.
const [, height, width] = content.shape;
const above = (line: number, y: number): number => Math.min(1, Math.max(0, (line - y / height) * 20 + 0.5));
const values = Array.from({ length: height }, (_, y) => {
  const sky = above(0.38, y);
  const town = above(0.6, y) - sky;
  return Array.from({ length: width }, () => [sky, town]);
});
const masks = tf.tensor4d([values]);

const image = await universalStyleTransfer({ content, styles, masks, levels, strength: 0.6 });
const cells = [
  { image: content, label: 'content' },
  { image, label: 'sky and town in two styles' },
];
await mkdir(OUT, { recursive: true });
await writeFile(`${OUT}/masks.png`, await contactSheet(cells, { columns: 2, cellWidth: longSide }));
