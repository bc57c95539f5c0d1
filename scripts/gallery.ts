/**
 * The pictures of the guides, from the pictures and weights of this repository alone: npm run gallery [NAME...]. Takes some minutes.
 * Writes docs/images/NAME.jpg, each at most 100 kB.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { slimCascade } from 'pastiche/assets';
import sharp from 'sharp';
import {
  type Autoencoder,
  type AutoencoderLevel,
  type StylizeSettings,
  type TransferMethod,
  loadAutoencoders,
  loadVgg,
  stylize,
  universalStyleTransfer,
} from '../src/index.js';
import { type ContactSheetCell, contactSheet, readImage } from '../src/node/index.js';
import { startWasm } from '../examples/support/wasm.js';
import { asset, openWeights } from '../examples/support/weights.js';

const root = path.join(import.meta.dirname, '..');
const mostBytes = 100_000;
await startWasm();
const weights = await openWeights();
const extractor = await loadVgg(weights);
const levels = await loadAutoencoders(weights, { family: 'slim' });
const usualLevels = levels.filter(({ level }) => slimCascade.levels.includes(level as AutoencoderLevel));
const [content, swirls, glass] = await Promise.all(
  ['content-harbour', 'style-swirls', 'style-glass'].map((name) => readImage(asset(`${name}.png`), { longSide: 320 })),
);

type Cells = readonly ContactSheetCell[];
type Settings = Partial<StylizeSettings>;
const painted = async (label: string, settings: Settings = {}, style = swirls): Promise<ContactSheetCell> => {
  const image = await stylize<string>({
    extractor,
    content: content!,
    style: style!,
    levels: 2,
    iterations: [80, 40],
    ...settings,
  });
  return { image, label };
};
const transferred = async (
  label: string,
  settings: { strength?: number; method?: TransferMethod; levels?: readonly Autoencoder[] },
  style = swirls,
): Promise<ContactSheetCell> => {
  const usual = { levels: usualLevels, strength: 0.8, content: content!, style: style! };
  return { image: await universalStyleTransfer({ ...usual, ...settings }), label };
};
async function row<T>(values: readonly T[], cell: (value: T) => Promise<ContactSheetCell>): Promise<Cells> {
  const cells: ContactSheetCell[] = [];
  for (const value of values) cells.push(await cell(value));
  return cells;
}

const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];
const methods = ['wct', 'ot', 'adain'] as const;
const pair: Cells = [
  { image: content!, label: 'content' },
  { image: swirls!, label: 'style' },
];

/** The same pair over one setting each. A function for every picture, with the number of its columns. */
const sheets: Record<string, readonly [columns: number, cells: () => Promise<Cells>]> = {
  'style-weight': [
    5,
    () => row([1, 5, 30, 150, 1000], (styleWeight) => painted(`styleWeight ${styleWeight}`, { styleWeight })),
  ],
  strength: [5, () => row([0, 0.25, 0.5, 0.75, 1], (strength) => transferred(`strength ${strength}`, { strength }))],
  methods: [
    3,
    async () => [
      ...pair,
      await painted('stylize (Gatys)'),
      ...(await row(methods, (method) => transferred(method, { method }))),
    ],
  ],
  layers: [
    5,
    async () => [
      ...(await row(styleLayers, (layer) => painted(`stylize, ${layer}`, { styleLayers: [layer] }))),
      ...(await row([0, 1, 2, 3, 4], (i) =>
        transferred(`universal, level ${i + 1}`, { levels: [levels[i]!], strength: 1 }),
      )),
    ],
  ],
  'content-layers': [
    5,
    () =>
      row(['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'], (layer) =>
        painted(`content ${layer}`, { contentLayers: [layer], init: 'noise', seed: 1, iterations: [120, 60] }, glass),
      ),
  ],
};

/** The programs of examples/ with what they paint. */
const programs = [
  'custom-loss',
  'graph-model',
  'keep-colors',
  'masks',
  'mix-styles',
  'texture-synthesis',
  'train-decoder',
  'video-frames',
];

/** A JPEG of at most `mostBytes`, of the best quality that fits. */
async function save(name: string, png: Uint8Array): Promise<void> {
  for (let quality = 80; ; quality -= 6) {
    const jpeg = await sharp(png)
      .resize({ width: 1100, withoutEnlargement: true })
      .jpeg({ quality, mozjpeg: true })
      .toBuffer();
    if (jpeg.length > mostBytes && quality > 40) continue;
    writeFileSync(path.join(root, 'docs/images', `${name}.jpg`), jpeg);
    console.log(`docs/images/${name}.jpg: ${Math.round(jpeg.length / 1000)} kB, quality ${quality}`);
    return;
  }
}

const asked = process.argv.slice(2);
const wanted = (name: string): boolean => asked.length === 0 || asked.includes(name);
for (const [name, [columns, cells]] of Object.entries(sheets))
  if (wanted(name)) await save(name, await contactSheet(await cells(), { columns, cellWidth: 256 }));
for (const name of programs.filter(wanted)) {
  const out = mkdtempSync(path.join(tmpdir(), 'gallery-'));
  execFileSync('npx', ['tsx', `examples/${name}.ts`], {
    cwd: root,
    env: { ...process.env, OUT: out },
    stdio: 'ignore',
  });
  await save(name, readFileSync(path.join(out, `${name}.png`)));
  rmSync(out, { recursive: true });
}
