// Any TensorFlow.js graph model as the network, with losses after its nodes: in your program it comes from loadGraphModel(url).
// A graph that is a plain VGG runs several times faster as a network of this library: loadVgg(await graphModelWeights(model), ...).
//   npx tsx examples/graph-model.ts        SIZE=384 for a larger picture
import { mkdir } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { gatysObjective, graphModelExtractor, lbfgs } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { readImage, writeImage } from 'pastiche/node';
import { smallGraphModel } from './support/graphModel.js';

const { SIZE = '256', STEPS = '60', OUT = 'out' } = process.env;
await tf.setBackend('wasm');
const content = await readImage('assets/content-harbour.png', { longSide: Number(SIZE) });
const style = await readImage('assets/style-glass.png', { longSide: Number(SIZE) });
const model = await smallGraphModel(slimWeights());

// `layers` gives names to nodes, whatever they are called in the model.
const extractor = await graphModelExtractor(model, {
  preprocessing: 'none',
  layers: {
    fine: 'vgg/block1_conv1/Relu',
    middle: 'vgg/block2_conv1/Relu',
    coarse: 'vgg/block3_conv1/Relu',
  },
});
const objective = gatysObjective({
  extractor,
  content,
  style,
  contentLayers: ['coarse'],
  styleLayers: ['fine', 'middle', 'coarse'],
});
const { x, loss, message } = await lbfgs(objective, content, {
  maxIterations: Number(STEPS),
  bounds: { min: 0, max: 1 },
});
await mkdir(OUT, { recursive: true });
await writeImage(`${OUT}/graph-model.png`, x);
console.log(loss, message);
