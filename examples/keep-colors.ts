// The strokes of the style with the colours of the photograph: afterwards, by exchanging the chrominance (keepColors), or beforehand, by
// giving the style the colours of the photograph (Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer").
//   npx tsx examples/keep-colors.ts        SIZE=384 for larger pictures
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { keepColors, loadVgg, stylize, wct } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { contactSheet, readImage } from 'pastiche/node';

const { SIZE = '256', STEPS = '80', OUT = 'out' } = process.env;
const longSide = Number(SIZE);
await tf.setBackend('wasm');
const extractor = await loadVgg(slimWeights());
const content = await readImage('assets/content-harbour.png', { longSide });
const style = await readImage('assets/style-swirls.png', { longSide });

const iterations = Number(STEPS);
const painted = await stylize({ extractor, content, style, iterations });
const afterwards = keepColors(painted, content);

// A picture is a feature map of three channels: optimal transport gives its colours the mean and covariance of the content's.
const recoloured = tf.clipByValue(await wct(style, content, { method: 'ot' }), 0, 1);
const beforehand = await stylize({ extractor, content, style: recoloured, iterations });

const cells = [
  { image: painted, label: 'colours of the style' },
  { image: afterwards, label: 'keepColors' },
  { image: recoloured, label: 'style, recoloured' },
  { image: beforehand, label: 'painted with that' },
];
await mkdir(OUT, { recursive: true });
await writeFile(`${OUT}/keep-colors.png`, await contactSheet(cells, { columns: 2, cellWidth: longSide }));
