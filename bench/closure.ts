// One evaluation of a style objective at 256 px (loss and image gradient through conv1_1..conv3_1, three Gram matrices, full width)
// on wasm with one thread, against textbook TensorFlow.js in the same run: npx tsx bench/closure.ts [SIZE] [PAIRS]
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import {
  encodeSafetensors,
  gramMatrix,
  insertLossTaps,
  loadVgg,
  noiseImage,
  safetensors,
  styleLoss,
} from '../src/index.js';
import { randomNumbers } from '../src/internal/randomNumbers.js';
import { median, peakBytes, spread, timed } from './measure.js';
import { type TextbookLayer, registerTextbookGradients, textbookLoss } from './textbook.js';

const [size, pairs] = [Number(process.argv[2] ?? 256), Number(process.argv[3] ?? 5)];
await tf.setBackend('wasm');
registerTextbookGradients();

const plan = [
  { layer: 'conv1_1', input: 3, output: 64, pooled: false, tapped: true },
  { layer: 'conv1_2', input: 64, output: 64, pooled: false, tapped: false },
  { layer: 'conv2_1', input: 64, output: 128, pooled: true, tapped: true },
  { layer: 'conv2_2', input: 128, output: 128, pooled: false, tapped: false },
  { layer: 'conv3_1', input: 128, output: 256, pooled: true, tapped: true },
] as const;

/** The same seeded weights for both, scaled so that features neither vanish nor explode. */
const { normal } = randomNumbers(1);
const arrays = Object.fromEntries(
  plan.flatMap(({ layer, input, output }) => {
    const deviation = Math.sqrt(2 / (9 * input));
    const kernel = Float32Array.from({ length: 9 * input * output }, () => deviation * normal());
    const bias = Float32Array.from({ length: output }, () => 0.1 * normal());
    return [
      [`${layer}.weight`, { shape: [3, 3, input, output], values: kernel }],
      [`${layer}.bias`, { shape: [output], values: bias }],
    ];
  }),
);
const source = safetensors(encodeSafetensors(arrays), { kernelLayout: 'HWIO' });
const vgg = await loadVgg(source, { preprocessing: 'none', upTo: 'relu3_1' });
const picture = noiseImage([1, size, size, 3], { seed: 2 });
const style = noiseImage([1, size, size, 3], { seed: 3 });

const relus = ['relu1_1', 'relu2_1', 'relu3_1'] as const;
const looks = vgg.features(style, relus);
const targets = relus.map((layer) => gramMatrix(looks[layer]));
tf.dispose(looks);
const ours = insertLossTaps(
  vgg,
  relus.map((layer, i) => ({ layer, loss: styleLoss({ gram: targets[i]! }, { reduction: 'sum' }) })),
);
const layers = plan.map(({ layer, pooled, tapped, input, output }): TextbookLayer => {
  const target = tapped ? targets[relus.findIndex((name) => name.slice(4) === layer.slice(4))] : undefined;
  return {
    kernel: tf.tensor4d(arrays[`${layer}.weight`]!.values, [3, 3, input, output]),
    bias: tf.tensor1d(arrays[`${layer}.bias`]!.values),
    pooled,
    ...(target === undefined ? {} : { target: tf.reshape(target, [output, output]) }),
  };
});
const textbook = tf.valueAndGrad((x) => textbookLoss(layers, x));

const runs = {
  ours: () => tf.dispose(ours.valueAndGrad(picture) as unknown as tf.TensorContainer),
  textbook: () => tf.dispose(tf.tidy(() => textbook(picture))),
};
type Name = keyof typeof runs;
const names = Object.keys(runs) as Name[];

// Both must compute the same before it means anything how fast they do.
const [a, b] = [ours.valueAndGrad(picture), tf.tidy(() => textbook(picture))];
const [values, gradients] = [
  [a.value.dataSync()[0]!, b.value.dataSync()[0]!],
  [a.grad.dataSync(), b.grad.dataSync()],
];
const norm = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, v) => sum + v * v, 0));
const difference = norm(Array.from(gradients[0]!, (v, i) => v - gradients[1]![i]!)) / norm(gradients[1]!);
console.log(`${size} px, conv1_1..conv3_1, 3 Gram matrices, wasm with one thread, ${pairs} interleaved pairs`);
console.log(
  `losses ${values.map((v) => v.toPrecision(7)).join(' and ')}; relative difference of the gradients ${difference.toExponential(1)}`,
);
tf.dispose([a.value, a.grad, b.value, b.grad]);
a.parts?.dispose();

const peak = { ours: await peakBytes(runs.ours), textbook: await peakBytes(runs.textbook) };
const samples: Record<Name, { wall: number; cpu: number }[]> = { ours: [], textbook: [] };
const tensors = tf.memory().numTensors;
for (let pair = 0; pair < pairs; pair++) for (const name of names) samples[name].push(timed(runs[name]));
if (tf.memory().numTensors !== tensors) throw new Error('an evaluation leaks tensors');

console.log('\n            CPU ms (least..most)    wall ms (least..most)    peak MB');
for (const name of names) {
  const [cpu, wall] = [samples[name].map((s) => s.cpu), samples[name].map((s) => s.wall)];
  const megabytes = (peak[name] / 2 ** 20).toFixed(0);
  console.log(`  ${name.padEnd(10)}${spread(cpu).padEnd(24)}${spread(wall).padEnd(25)}${megabytes.padStart(4)}`);
}
const ratio = (pick: (s: { wall: number; cpu: number }) => number): string =>
  (median(samples.textbook.map(pick)) / median(samples.ours.map(pick))).toFixed(1);
console.log(
  `\nours is ${ratio((s) => s.cpu)} times as fast in CPU time (${ratio((s) => s.wall)} in wall time) ` +
    `with ${(peak.ours / peak.textbook).toFixed(2)} of the peak bytes; goal: at least 5, at most 0.33`,
);
