// Both systems on one pair of pictures, side by side: npm run compare -- --content A --style B --out sheet.png
import { writeFile } from 'node:fs/promises';
import { type Image, type TransferMethod, loadVgg, stylizeSteps, universalStyleTransfer } from '../src/index.js';
import { type ContactSheetCell, contactSheet, readImage } from '../src/node/index.js';
import { openAutoencoders } from './support/autoencoders.js';
import { runCascade } from './support/cascade.js';
import { likenessTo } from './support/likeness.js';
import { given, number, numbers, perLevel } from './support/options.js';
import { type Painted, paint } from './support/paint.js';
import { type Values, assertWritable, interrupt, program } from './support/program.js';
import { peakMemory } from './support/report.js';
import { table } from './support/table.js';
import { startWasm } from './support/wasm.js';
import { openWeights } from './support/weights.js';

const usage = `Gatys' optimisation beside WCT, OT and AdaIN in one pass: pictures, seconds, and distances by the same network.

  npm run compare -- --content photo.jpg --style painting.jpg --out sheet.png

  --content FILE        the photograph
  --style FILE          the painting
  --out FILE            where the sheet of pictures goes (.png)
  --size N              longer side of each picture in pixels                      (384)
  --strength S          of WCT, OT and AdaIN: one number, or one for each level    (0.6)
  --levels L,L          of these, 5 (coarse) to 1 (fine)                           (4,3,2,1 of the small ones, else all)
  --models NAME         their autoencoders, as in npm run universal                (small ones of this repository)
  --family NAME         which of several families in a folder
  --iterations N        steps of Gatys' optimisation                               (100)
  --weights FILE        VGG-19 weights, which paint and measure                    (small ones of this repository)
  --preprocessing NAME  what these expect: torchvision, caffe, none                (what the file says)
  --threads N           threads of the wasm backend                                (all cores)

Distances: content is that of the features, style that of the Gram matrices, both squared and in units of the target's own size;
0 is a perfect likeness. Ctrl-C stops; the sheet then shows what is done.`;

const options = {
  content: { type: 'string' },
  style: { type: 'string' },
  out: { type: 'string' },
  size: { type: 'string', default: '384' },
  strength: { type: 'string', default: '0.6' },
  levels: { type: 'string' },
  models: { type: 'string' },
  family: { type: 'string' },
  iterations: { type: 'string', default: '100' },
  weights: { type: 'string' },
  preprocessing: { type: 'string' },
  threads: { type: 'string' },
} as const;

async function main(values: Values<typeof options>): Promise<void> {
  const { content: contentFile = '', style: styleFile = '', out = '' } = values;
  assertWritable(out, ['.png']);
  const backend = await startWasm(values.threads);
  const longSide = number(values.size);
  const content = await readImage(contentFile, { longSide });
  const style = await readImage(styleFile, { longSide });
  const extractor = await loadVgg(
    await openWeights(values.weights),
    given('preprocessing', values.preprocessing, (name) => name as 'caffe'),
  );
  const { models, family } = values;
  const { levels, description } = await openAutoencoders({
    models,
    family,
    ...given('levels', values.levels, numbers),
  });
  console.error(`${description}; on ${backend}`);

  const strength = perLevel(values.strength);
  const signal = interrupt();
  const cascade = (method: TransferMethod): Promise<Painted> =>
    runCascade(levels.length, signal, (watch) =>
      universalStyleTransfer({ content, style, levels, method, strength, ...watch }),
    );
  const runs: Readonly<Record<string, () => Promise<Painted>>> = {
    WCT: () => cascade('wct'),
    OT: () => cascade('ot'),
    AdaIN: () => cascade('adain'),
    Gatys: () =>
      paint(stylizeSteps<string>({ extractor, content, style, signal, iterations: number(values.iterations) })),
  };

  // Weights are read before the clock runs: whoever paints a second picture does not wait for them either.
  for (const level of levels) await level.load({ signal });
  const likeness = likenessTo(extractor, content, style);
  const rows: string[][] = [];
  const cells: ContactSheetCell[] = [];
  const add = async (name: string, image: Image, seconds?: number): Promise<void> => {
    const far = await likeness.measure(image);
    const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
    rows.push([name, time, far.content.toFixed(3), far.style.toFixed(3)]);
    const [c, s] = [far.content, far.style].map((distance) => distance.toFixed(2).replace(/^0/, ''));
    const short = seconds === undefined ? '' : ` ${seconds.toFixed(0)}s`;
    cells.push({ image, label: `${name}${short} c${c} s${s}` });
  };
  await add('content', content);
  cells.push({ image: style, label: 'style' });
  for (const [name, run] of Object.entries(runs)) {
    if (signal.aborted) break;
    console.error(name);
    const painted = await run().catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return undefined;
    });
    if (painted !== undefined) await add(name, painted.image, painted.seconds);
  }
  await writeFile(out, await contactSheet(cells, { columns: 3, cellWidth: Math.max(384, longSide) }));
  console.log(table([['', 'time', 'content', 'style'], ...rows]));
  console.log(`${out}: the pictures with their distances (c content, s style); peak ${peakMemory()}`);
}

await program(usage, options, ['content', 'style', 'out'], main);
