// The pictures of the guides, from the pictures and weights of this repository alone: npm run gallery [NAME...]. Takes some minutes.
// Writes docs/images/NAME.jpg, each at most 100 kB. The same sheets of a pair of your own, in out/gallery:
// npm run gallery -- --content FILE --style FILE [--out FOLDER] [NAME...]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
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
  transferMethods,
  universalStyleTransfer,
} from '../src/index.js';
import { type ContactSheetCell, contactSheet, readImage } from '../src/node/index.js';
import { startWasm } from '../examples/support/wasm.js';
import { asset, openWeights } from '../examples/support/weights.js';

const root = path.join(import.meta.dirname, '..');
const mostBytes = 100_000;
const { values: given, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { content: { type: 'string' }, style: { type: 'string' }, out: { type: 'string' } },
});
const ownPair = given.content !== undefined && given.style !== undefined;
if (!ownPair && Object.keys(given).length > 0)
  throw new Error('--content FILE and --style FILE go together, with --out FOLDER if you like');
const folder = ownPair ? (given.out ?? path.join('out', 'gallery')) : path.join(root, 'docs/images');
await startWasm();
const weights = await openWeights();
const extractor = await loadVgg(weights);
const levels = await loadAutoencoders(weights, { family: 'slim' });
const usualLevels = levels.filter(({ level }) => slimCascade.levels.includes(level as AutoencoderLevel));
const [content, swirls, glass] = await Promise.all(
  [
    given.content ?? asset('content-harbour.png'),
    given.style ?? asset('style-swirls.png'),
    given.style ?? asset('style-glass.png'),
  ].map((file) => readImage(file, { longSide: 320 })),
);

type Cells = readonly ContactSheetCell[];

const painted = async (
  label: string,
  settings: Partial<StylizeSettings> = {},
  style = swirls!,
): Promise<ContactSheetCell> => {
  const usual = { extractor, content: content!, style, levels: 2, iterations: [80, 40] };
  return { label, image: await stylize<string>({ ...usual, ...settings }) };
};
const transferred = async (
  label: string,
  settings: { strength?: number; method?: TransferMethod; levels?: readonly Autoencoder[] },
): Promise<ContactSheetCell> => {
  const usual = { levels: usualLevels, strength: 0.8, content: content!, style: swirls! };
  return { label, image: await universalStyleTransfer({ ...usual, ...settings }) };
};

/** A cell for each value, one after the other. */
async function row<T>(values: readonly T[], cell: (value: T) => Promise<ContactSheetCell>): Promise<Cells> {
  const cells: ContactSheetCell[] = [];
  for (const value of values) cells.push(await cell(value));
  return cells;
}

const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];
const pair: Cells = [
  { image: content!, label: 'content' },
  { image: swirls!, label: 'style' },
];

/** The same pair over one setting each. */
const sheets: Record<string, { readonly columns: number; readonly cells: () => Promise<Cells> }> = {
  'style-weight': {
    columns: 5,
    cells: () => row([1, 5, 30, 150, 1000], (styleWeight) => painted(`styleWeight ${styleWeight}`, { styleWeight })),
  },
  strength: {
    columns: 5,
    cells: () => row([0, 0.25, 0.5, 0.75, 1], (strength) => transferred(`strength ${strength}`, { strength })),
  },
  methods: {
    columns: 3,
    cells: async () => [
      ...pair,
      await painted('stylize (Gatys)'),
      ...(await row(transferMethods, (method) => transferred(method, { method }))),
    ],
  },
  layers: {
    columns: 5,
    cells: async () => [
      ...(await row(layers, (layer) => painted(`stylize, ${layer}`, { styleLayers: [layer] }))),
      ...(await row(levels, (level) =>
        transferred(`universal, level ${level.level}`, { levels: [level], strength: 1 }),
      )),
    ],
  },
  'content-layers': {
    columns: 5,
    cells: () =>
      row(layers, (layer) =>
        painted(`content ${layer}`, { contentLayers: [layer], init: 'noise', seed: 1, iterations: [120, 60] }, glass),
      ),
  },
};

/** The programs of examples/ with what they paint, each of pictures of its own. */
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
    const file = path.join(folder, `${name}.jpg`);
    writeFileSync(file, jpeg);
    console.log(`${path.relative('.', file)}: ${Math.round(jpeg.length / 1000)} kB, quality ${quality}`);
    return;
  }
}

const offered = [...Object.keys(sheets), ...(ownPair ? [] : programs)];
const unknown = asked.filter((name) => !offered.includes(name));
if (unknown.length > 0) throw new Error(`there is no sheet ${unknown.join(', ')}; there are ${offered.join(', ')}`);
mkdirSync(folder, { recursive: true });
const wanted = (name: string): boolean => asked.length === 0 || asked.includes(name);
for (const [name, { columns, cells }] of Object.entries(sheets))
  if (wanted(name)) await save(name, await contactSheet(await cells(), { columns, cellWidth: 256 }));
for (const name of ownPair ? [] : programs.filter(wanted)) {
  const out = mkdtempSync(path.join(tmpdir(), 'gallery-'));
  execFileSync('npx', ['tsx', `examples/${name}.ts`], {
    cwd: root,
    env: { ...process.env, OUT: out },
    stdio: 'ignore',
  });
  await save(name, readFileSync(path.join(out, `${name}.png`)));
  rmSync(out, { recursive: true });
}
