// A decoder for an encoder of your own: what universal style transfer needs beside it. Here for the second level of the small weights,
// from three drawn pictures, which is enough to see it learn; for real use take thousands of pictures and steps.
//   npx tsx examples/train-decoder.ts        STEPS=5000 for a better one
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type Image, encodeSafetensors, loadDecoder, loadVgg, psnr, safetensors, trainDecoder, wct } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { contactSheet, readImage } from 'pastiche/node';

const { SIZE = '256', STEPS = '500', OUT = 'out' } = process.env;
const longSide = Number(SIZE);
await tf.setBackend('wasm');
const encoder = await loadVgg(slimWeights(), { upTo: 'relu2_1', padding: 'reflect' });
const content = await readImage('assets/content-harbour.png', { longSide });
const style = await readImage('assets/style-swirls.png', { longSide });
const glass = await readImage('assets/style-glass.png', { longSide });

const steps = trainDecoder(encoder, [content, style, glass], {
  level: 2,
  steps: Number(STEPS),
  cropSize: Math.min(64, longSide / 4),
  featureWeight: 0.02, // with 1, features count so much that colours take thousands of steps
  optimizer: { learningRate: 3e-3 },
});
let next = await steps.next();
while (next.done !== true) {
  const { step, loss, secondsLeft } = next.value;
  if (step % 50 === 0) console.log(step, loss.toPrecision(4), `${secondsLeft.toFixed(0)} s left`);
  next = await steps.next();
}
await mkdir(OUT, { recursive: true });
const file = encodeSafetensors(next.value.weights, { dtype: 'F16' });
await writeFile(`${OUT}/decoder2.safetensors`, file);

// Pictures that it was trained on; a picture that it has not seen says more.
const decoder = await loadDecoder(safetensors(file), { level: 2 });
const { relu2_1: features } = encoder.features(content, ['relu2_1']);
const { relu2_1: strokes } = encoder.features(style, ['relu2_1']);
const decode = (x: tf.Tensor4D): Image => tf.tidy(() => tf.clipByValue(decoder.decode(x), 0, 1));
const reconstruction = decode(features);
const cells = [
  { image: content, label: 'content' },
  { image: reconstruction, label: `decoded, ${(await psnr(reconstruction, content)).toFixed(1)} dB` },
  { image: decode(await wct(features, strokes)), label: 'whitened and coloured' },
];
await writeFile(`${OUT}/train-decoder.png`, await contactSheet(cells, { columns: 3, cellWidth: longSide }));
