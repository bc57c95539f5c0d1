// Paints with every method of this library, from the pictures and weights of this repository: npm run demo
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { slimCascade, slimWeights } from 'pastiche/assets';
import { type Image, loadAutoencoders, loadVgg } from '../src/index.js';
import { type ContactSheetCell, contactSheet, readImage, writeImage } from '../src/node/index.js';
import { demoWorks } from './support/demoWorks.js';
import { likenessTo } from './support/likeness.js';
import { interrupt, program } from './support/program.js';
import { table } from './support/table.js';
import { startWasm } from './support/wasm.js';
import { asset } from './support/weights.js';

const longSide = 384;

async function main(): Promise<void> {
  const begun = performance.now();
  const backend = await startWasm();
  const weights = slimWeights();
  const extractor = await loadVgg(weights);
  const levels = await loadAutoencoders(weights, { family: 'slim', levels: slimCascade.levels });
  const picture = (name: string): Promise<Image> => readImage(asset(`${name}.png`), { longSide });
  const [harbour, swirls] = [await picture('content-harbour'), await picture('style-swirls')];
  const [owl, glass] = [await picture('content-owl'), await picture('style-glass')];
  await mkdir('out', { recursive: true });
  console.log(`Painting ${harbour.shape[2]}x${harbour.shape[1]} pixels on ${backend}.`);

  const signal = interrupt();
  const works = await demoWorks({ extractor, levels, harbour, owl, swirls, glass, signal });

  const likeness = likenessTo(extractor, harbour, swirls);
  const cells: ContactSheetCell[] = [
    { image: harbour, label: 'content: harbour' },
    { image: swirls, label: 'style: swirls' },
    { image: owl, label: 'content: owl' },
    { image: glass, label: 'style: glass' },
  ];
  const rows = [['', 'seconds', 'content', 'style']];
  for (const [i, { name, how, run, measured }] of works.entries()) {
    if (signal.aborted) break;
    console.log(`${i + 1}/${works.length} ${name}. ${how}`);
    const { image, seconds } = await run();
    await writeImage(`out/demo-${name.toLowerCase().replaceAll(/[ ,]+/g, '-')}.png`, image);
    const far = measured ? await likeness.measure(image) : undefined;
    rows.push([name, seconds.toFixed(1), far?.content.toFixed(2) ?? '', far?.style.toFixed(3) ?? '']);
    cells.push({ image, label: `${name}, ${seconds.toFixed(1)} s` });
  }
  await writeFile('out/demo.png', await contactSheet(cells, { columns: 4, cellWidth: longSide }));
  console.log(`\n${table(rows)}`);
  console.log(
    `\nDistances by one network, squared, in units of the target itself: 0 is the same. Gatys' method makes them small, step by step;` +
      ` the others never see them.\nAll in ${((performance.now() - begun) / 1000).toFixed(0)} s. Look at out/demo.png.`,
  );
  likeness.dispose();
  extractor.dispose();
  for (const level of levels) level.dispose();
  tf.dispose(cells.map(({ image }) => image));
}

await program('npm run demo paints into out/.', {}, [], main);
