// Textures from a picture, without content: by universal style transfer of noise (any seed makes another one), and by optimisation
// from noise (Gatys, Ecker & Bethge 2015, "Texture Synthesis Using Convolutional Neural Networks").
//   npx tsx examples/texture-synthesis.ts        SIZE=384 for larger pictures
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { loadAutoencoders, loadVgg, noiseImage, stylize, synthesizeTexture } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { contactSheet, readImage } from 'pastiche/node';

const { SIZE = '256', STEPS = '150', OUT = 'out' } = process.env;
const side = Number(SIZE);
await tf.setBackend('wasm');
const weights = slimWeights();
const style = await readImage('assets/style-glass.png', { longSide: side });

const levels = await loadAutoencoders(weights, { family: 'slim', levels: [4, 3, 2, 1] });
const one = await synthesizeTexture({ style, levels, size: [side, side], seed: 1 });
const two = await synthesizeTexture({ style, levels, size: [side, side], seed: 2 });

// The content counts for nothing here; it only says how large the picture is.
const extractor = await loadVgg(weights);
const content = noiseImage([1, side, side, 3], { seed: 3 });
const optimised = await stylize({
  extractor,
  content,
  style,
  contentWeight: 0,
  init: 'noise',
  seed: 3,
  iterations: Number(STEPS),
});

const cells = [
  { image: style, label: 'style' },
  { image: one, label: 'universal, seed 1' },
  { image: two, label: 'universal, seed 2' },
  { image: optimised, label: `optimised, ${STEPS} steps` },
];
await mkdir(OUT, { recursive: true });
await writeFile(`${OUT}/texture-synthesis.png`, await contactSheet(cells, { columns: 4, cellWidth: side }));
