// The small weights beside the public ones, on photographs that no training has seen:
// `npm run compare:slim -- --photos FOLDER --models FOLDER [--weights FILE] [--size N] [--threads N]`. Writes
// out/slim-cascade.png, where rows of networks stand under each other, and out/slim-gatys.png. Each picture has its seconds.
//
// `--photos` holds `content/` and `style/`; `--models` the 16x autoencoders and VGG-19 (`vgg19-imagenet-conv1_1-conv3_4.safetensors`).
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { openAutoencoders } from '../examples/support/autoencoders.js';
import { runCascade } from '../examples/support/cascade.js';
import { paint } from '../examples/support/paint.js';
import { interrupt } from '../examples/support/program.js';
import { startWasm } from '../examples/support/wasm.js';
import { slimRecipe } from '../src/assets/node.js';
import {
  type Autoencoder,
  type FeatureExtractor,
  type Image,
  type Recipe,
  loadAutoencoders,
  loadVgg,
  stylizeSteps,
  universalStyleTransfer,
} from '../src/index.js';
import { type ContactSheetCell, contactSheet, fileWeights, readImage } from '../src/node/index.js';
import { weaveOf } from './training/weave.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    models: { type: 'string' },
    weights: { type: 'string', default: 'assets/slim.safetensors' },
    size: { type: 'string', default: '384' },
    threads: { type: 'string' },
  },
});
const { photos, models } = values;
if (photos === undefined || models === undefined)
  throw new Error('--photos, --models: expected two folders; see the first lines of scripts/compare-slim.ts');
const pairs = [
  ['tubingen', 'starry_night'],
  ['golden_gate', 'the_scream'],
] as const;
/** The level at which the cascade begins, and how strong it is. */
const cascades = [
  { deepest: 5, strength: 0.6 },
  { deepest: 4, strength: 0.8 },
] as const;

interface Optimiser {
  readonly extractor: FeatureExtractor;
  readonly settings: { readonly preset?: Recipe; readonly iterations: readonly number[] };
}

await startWasm(values.threads);
const signal = interrupt();
const slim = await fileWeights(values.weights);
const vgg = await fileWeights(path.join(models, 'vgg19-imagenet-conv1_1-conv3_4.safetensors'));
const autoencoders: Readonly<Record<string, Autoencoder[]>> = {
  slim: await loadAutoencoders(slim, { family: 'slim', levels: [5, 4, 3, 2, 1] }),
  '16x': (await openAutoencoders({ models, family: 'ust16x' })).levels,
};
/** As many steps, from coarse to fine, as it takes until more of them change little to the eye. */
const optimisers: Readonly<Record<string, Optimiser>> = {
  slim: { extractor: await loadVgg(slim, { upTo: 'relu4_1' }), settings: { preset: slimRecipe, iterations: [40, 12] } },
  'VGG-19': { extractor: await loadVgg(vgg), settings: { iterations: [100, 50] } },
};

const read = (kind: 'content' | 'style', name: string): Promise<Image> =>
  readImage(path.join(photos, kind, `${name}.jpg`), { longSide: Number(values.size) });
const seconds = (label: string, time: number): string => `${label}, ${time.toFixed(1)} s`;

const painted: ContactSheetCell[] = [];
const optimised: ContactSheetCell[] = [];
for (const [contentName, styleName] of pairs) {
  const [content, style] = [await read('content', contentName), await read('style', styleName)];
  const pair: ContactSheetCell[] = [
    { image: content, label: contentName },
    { image: style, label: styleName },
  ];
  painted.push(...pair);
  for (const [network, levels] of Object.entries(autoencoders))
    for (const { deepest, strength } of cascades) {
      const used = levels.filter(({ level }) => level <= deepest);
      const { image, seconds: time } = await runCascade(deepest, signal, (watch) =>
        universalStyleTransfer({ content, style, levels: used, strength, ...watch }),
      );
      painted.push({ image, label: seconds(`${network}, ${deepest} to 1, ${strength}`, time) });
      console.log(
        `${contentName}: ${painted.at(-1)!.label}; weave in plain places ${(await weaveOf(image, content)).toFixed(2)}`,
      );
    }
  optimised.push(...pair);
  for (const [network, { extractor, settings }] of Object.entries(optimisers)) {
    const { image, seconds: time } = await paint(
      stylizeSteps({ extractor, content, style, levels: settings.iterations.length, signal, ...settings }),
    );
    optimised.push({ image, label: seconds(`${network}, ${settings.iterations.join(' + ')} steps`, time) });
    console.log(optimised.at(-1)!.label);
  }
}
await mkdir('out', { recursive: true });
await writeFile('out/slim-cascade.png', await contactSheet(painted, { columns: 6, cellWidth: Number(values.size) }));
await writeFile('out/slim-gatys.png', await contactSheet(optimised, { columns: 4, cellWidth: Number(values.size) }));
console.log('Look at out/slim-cascade.png and out/slim-gatys.png.');
for (const level of Object.values(autoencoders).flat()) level.dispose();
for (const { extractor } of Object.values(optimisers)) extractor.dispose();
tf.dispose([...painted, ...optimised].map(({ image }) => image));
