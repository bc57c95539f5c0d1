// Paints with every method of this library, from the pictures and weights of this repository: npm run demo
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { slimCascade, slimRecipe, slimWeights } from 'pastiche/assets';
import {
  type Image,
  loadAutoencoders,
  loadVgg,
  styleOperators,
  stylizeSteps,
  synthesizeTexture,
  universalStyleTransfer,
} from '../src/index.js';
import { type ContactSheetCell, contactSheet, readImage, writeImage } from '../src/node/index.js';
import { runCascade } from './support/cascade.js';
import { likenessTo } from './support/likeness.js';
import { paint } from './support/paint.js';
import { interrupt, program } from './support/program.js';
import { table } from './support/table.js';
import { startWasm } from './support/wasm.js';
import { asset } from './support/weights.js';

const longSide = 384;

interface Painted {
  readonly image: Image;
  readonly seconds: number;
}

/** A picture to paint, what it is called on the sheet, and a sentence on how it is made. */
interface Work {
  readonly name: string;
  readonly how: string;
  readonly run: () => Promise<Painted>;
  /** Whether content and style are those of the first row, so that distances to both mean something. */
  readonly measured: boolean;
}

async function main(): Promise<void> {
  const begun = performance.now();
  const backend = await startWasm();
  const weights = slimWeights();
  const extractor = await loadVgg(weights);
  const levels = await loadAutoencoders(weights, { family: 'slim', levels: slimCascade.levels });
  const picture = (name: string): Promise<Image> => readImage(asset(`${name}.png`), { longSide });
  const [content, style] = [await picture('content-harbour'), await picture('style-swirls')];
  const [owl, glass] = [await picture('content-owl'), await picture('style-glass')];
  await mkdir('out', { recursive: true });
  console.log(`Painting ${content.shape[2]}x${content.shape[1]} pixels on ${backend}.`);

  const signal = interrupt();
  const gatys = (options: Partial<Parameters<typeof stylizeSteps<string>>[0]>): Promise<Painted> =>
    paint(
      stylizeSteps<string>({
        ...{
          extractor,
          content,
          styles: [style],
          preset: slimRecipe,
          levels: 2,
          iterations: [60, 40],
          seed: 1,
          signal,
        },
        ...options,
      }),
    );
  // Each style is looked at once; the strengths and methods below share what was found.
  const looks = { swirls: await styleOperators(style, { levels }), glass: await styleOperators(glass, { levels }) };
  const cascade = (options: Partial<Parameters<typeof universalStyleTransfer>[0]>): Promise<Painted> =>
    runCascade(levels.length, signal, (watch) =>
      universalStyleTransfer({
        ...{ content, styles: [looks.swirls], levels, strength: slimCascade.strength },
        ...options,
        ...watch,
      }),
    );
  const works: Work[] = [
    {
      name: 'Gatys',
      how: "Gatys' method, from the content: L-BFGS changes its pixels until features and Gram matrices fit.",
      run: () => gatys({}),
      measured: true,
    },
    {
      name: 'Gatys from noise',
      how: 'The same from white noise: nothing of the content is there but what its features hold.',
      run: () => gatys({ init: 'noise', iterations: [80, 40] }),
      measured: true,
    },
    ...[0.4, 0.7, 1].map((strength) => ({
      name: `WCT ${strength}`,
      how: `Universal style transfer at strength ${strength}: features are whitened, coloured like the style's and decoded, level by level.`,
      run: () => cascade({ strength }),
      measured: true,
    })),
    {
      name: 'OT 0.7',
      how: 'With optimal transport in the place of whitening and colouring: the shortest way to the same covariance.',
      run: () => cascade({ strength: 0.7, method: 'ot' }),
      measured: true,
    },
    {
      name: 'AdaIN 0.7',
      how: 'With means and deviations only, channel by channel: the colours come over, strokes hardly do.',
      run: () => cascade({ strength: 0.7, method: 'adain' }),
      measured: true,
    },
    {
      name: 'WCT, both styles',
      how: 'Half swirls, half glass, mixed as transport maps.',
      run: () => cascade({ strength: 0.7, styles: [looks.swirls, looks.glass] }),
      measured: false,
    },
    {
      name: 'Gatys, both styles',
      how: 'Gram matrices of both as one target, in equal shares.',
      run: () => gatys({ styles: [style, glass] }),
      measured: false,
    },
    {
      name: 'Gatys, owl',
      how: 'Another picture, in glass.',
      run: () => gatys({ content: owl, styles: [glass] }),
      measured: false,
    },
    {
      name: 'WCT, owl',
      how: 'The same in one pass.',
      run: () => cascade({ content: owl, styles: [looks.glass] }),
      measured: false,
    },
    {
      name: 'texture',
      how: 'The style alone: three rounds of the cascade over noise.',
      run: () =>
        runCascade(3 * levels.length, signal, (watch) =>
          synthesizeTexture({
            styles: [looks.swirls],
            levels,
            size: [content.shape[1], content.shape[2]],
            seed: 1,
            ...watch,
          }),
        ),
      measured: false,
    },
  ];

  const likeness = likenessTo(extractor, content, style);
  const cells: ContactSheetCell[] = [
    { image: content, label: 'content: harbour' },
    { image: style, label: 'style: swirls' },
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
  tf.dispose([content, style, owl, glass, ...cells.map(({ image }) => image)]);
}

await program('npm run demo paints into out/.', {}, [], main);
