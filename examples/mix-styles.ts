// Several styles in one picture: each style is looked at once, and then mixed in any shares.
//   npx tsx examples/mix-styles.ts        SIZE=512 for larger pictures
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { loadAutoencoders, styleOperators, universalStyleTransfer } from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { type ContactSheetCell, contactSheet, readImage } from 'pastiche/node';

const { SIZE = '384', OUT = 'out' } = process.env;
const longSide = Number(SIZE);
await tf.setBackend('wasm');
const weights = slimWeights();
const levels = await loadAutoencoders(weights, { family: 'slim', levels: [4, 3, 2, 1] });
const content = await readImage('assets/content-harbour.png', { longSide });
const swirls = await styleOperators(await readImage('assets/style-swirls.png', { longSide }), { levels });
const glass = await styleOperators(await readImage('assets/style-glass.png', { longSide }), { levels });

const cells: ContactSheetCell[] = [];
for (const share of [0, 0.25, 0.5, 0.75, 1]) {
  const image = await universalStyleTransfer({
    content,
    styles: [swirls, glass],
    styleWeights: [1 - share, share],
    levels,
    strength: 0.6,
  });
  cells.push({ image, label: `${100 - 100 * share} : ${100 * share}` });
}
await mkdir(OUT, { recursive: true });
await writeFile(`${OUT}/mix-styles.png`, await contactSheet(cells, { columns: 5, cellWidth: longSide }));
