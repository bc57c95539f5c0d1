// A loss of your own behind layers of a network: the mean and deviation of each channel instead of Gram matrices (Li et al. 2017,
// "Demystifying Neural Style Transfer"). Plain TensorFlow.js operations suffice; nobody has to write a gradient.
//   npx tsx examples/custom-loss.ts        SIZE=384 for a larger picture
import { mkdir } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type Features, type Image, contentLoss, insertLossTaps, lbfgs, loadVgg } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { readImage, writeImage } from 'pastiche/node';

const { SIZE = '256', STEPS = '80', OUT = 'out' } = process.env;
await tf.setBackend('wasm');
const extractor = await loadVgg(slimWeights(), { upTo: 'relu4_1' });
const content = await readImage('assets/content-harbour.png', { longSide: Number(SIZE) });
const style = await readImage('assets/style-swirls.png', { longSide: Number(SIZE) });

/** Mean and deviation of each channel, `[2, 1, c]`. */
function statistics(features: Features): tf.Tensor {
  const mean = tf.mean(features, [1, 2]);
  const variance = tf.mean(tf.square(tf.sub(features, mean)), [1, 2]);
  return tf.stack([mean, tf.sqrt(tf.add(variance, 1e-6))]);
}
/** How far the statistics are from the style's, relative to these. */
function statisticsLoss(target: tf.Tensor): (features: Features) => tf.Scalar {
  const size = tf.sum(tf.square(target));
  return (features) => tf.div(tf.sum(tf.squaredDifference(statistics(features), target)), size);
}

const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'] as const;
const { relu3_1 } = extractor.features(content, ['relu3_1']);
const strokes = extractor.features(style, styleLayers);
const distance = insertLossTaps(extractor, [
  { layer: 'relu3_1', loss: contentLoss(relu3_1, { reduction: 'relative' }), name: 'content' },
  ...styleLayers.map((layer) => ({ layer, loss: statisticsLoss(statistics(strokes[layer])), weight: 10 })),
]);
const { x, loss, parts, message } = await lbfgs<Image>(distance, content, {
  maxIterations: Number(STEPS),
  bounds: { min: 0, max: 1 },
  onStep: ({ iteration, loss }) => {
    if (iteration % 10 === 0) console.log(iteration, loss.toPrecision(4));
  },
});
await mkdir(OUT, { recursive: true });
await writeImage(`${OUT}/custom-loss.png`, x);
console.log(loss, parts, message);
