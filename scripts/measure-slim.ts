// How well slim weights keep photographs: `npm run measure:slim -- --photos FOLDER [--weights FILE]`.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { loadAutoencoders } from '../src/index.js';
import { fileWeights, readImage } from '../src/node/index.js';
import { levelQuality } from './training/quality.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    weights: { type: 'string', default: 'assets/slim.safetensors' },
    size: { type: 'string', default: '512' },
  },
});
if (values.photos === undefined) throw new Error('--photos: expected a folder with pictures');
await tf.setBackend('wasm');
const levels = await loadAutoencoders(await fileWeights(values.weights), { family: 'slim' });
const photos = (await readdir(values.photos)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
console.log('PSNR in decibels at levels 1 to 5; dead channels; smallest eigenvalue of a covariance over their mean');
for (const photo of photos) {
  const image = await readImage(path.join(values.photos, photo), { longSide: Number(values.size) });
  const found = [];
  for (const level of levels) found.push(await levelQuality(level, image));
  image.dispose();
  const decibels = found.map(({ psnr }) => psnr.toFixed(1)).join(' / ');
  const dead = found.reduce((sum, { deadChannels }) => sum + deadChannels, 0);
  const smallest = Math.min(...found.map(({ smallestEigenvalue }) => smallestEigenvalue));
  console.log(`${path.parse(photo).name.padEnd(14)} ${decibels}; ${dead} dead; ${smallest.toExponential(1)}`);
}
