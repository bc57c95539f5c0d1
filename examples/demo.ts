// Paints the pictures of this repository with the weights of this repository: npm run demo
import { mkdir, writeFile } from 'node:fs/promises';
import { loadVgg, stylizeSteps } from '../src/index.js';
import { type ContactSheetCell, contactSheet, readImage, writeImage } from '../src/node/index.js';
import { paint } from './support/paint.js';
import { startWasm } from './support/wasm.js';
import { asset, openWeights } from './support/weights.js';

const longSide = 320;
const backend = await startWasm();
const extractor = await loadVgg(await openWeights());
const content = await readImage(asset('content-harbour.png'), { longSide });
const swirls = await readImage(asset('style-swirls.png'), { longSide });
const glass = await readImage(asset('style-glass.png'), { longSide });
await mkdir('out', { recursive: true });
console.log(`Painting ${content.shape[2]}x${content.shape[1]} pixels on ${backend}.`);

const cells: ContactSheetCell[] = [
  { image: content, label: 'content' },
  { image: swirls, label: 'style: swirls' },
  { image: glass, label: 'style: glass' },
];
const runs = [
  ['swirls from the content', [swirls], { levels: 2, iterations: [60, 30] }],
  ['glass from the content', [glass], { levels: 2, iterations: [60, 30] }],
  ['swirls from noise', [swirls], { levels: 2, iterations: [80, 30], init: 'noise', seed: 1 }],
] as const;
for (const [name, styles, options] of runs) {
  console.log(name);
  const steps = stylizeSteps<string>({ extractor, content, styles, ...options });
  const { image, seconds, evaluations, loss } = await paint(steps);
  await writeImage(`out/${name.replaceAll(' ', '-')}.png`, image);
  console.log(`  loss ${loss.toPrecision(3)} after ${evaluations} evaluations, ${seconds.toFixed(0)} s`);
  cells.push({ image, label: `${name}, ${seconds.toFixed(0)} s` });
}
await writeFile('out/demo.png', await contactSheet(cells, { columns: 3, cellWidth: longSide }));
console.log('Look at out/demo.png.');
