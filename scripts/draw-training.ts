// Draws samples of the training pictures, a row for each kind, into out/: `npm run draw:training -- [first seed] [columns]`. Writes
// beside it a sheet of the pictures as training sees them.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { toBytes } from './pictures/index.js';
import { drawKind, drawTrainingPicture, kinds } from './pictures/training/index.js';

const [first = 0, columns = 8] = process.argv.slice(2).map(Number);
const size = 160;
const gap = 4;

async function writeSheet(file: string, rows: readonly (readonly Float32Array[])[]): Promise<void> {
  const width = columns * (size + gap) + gap;
  const height = rows.length * (size + gap) + gap;
  const layers = rows.flatMap((row, j) =>
    row.map((rgb, i) => ({
      input: Buffer.from(toBytes(rgb)),
      raw: { width: size, height: size, channels: 3 as const },
      left: gap + i * (size + gap),
      top: gap + j * (size + gap),
    })),
  );
  await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(layers)
    .png()
    .toFile(file);
  console.log(`${path.basename(file)}: ${width} x ${height}`);
}

const out = path.join(import.meta.dirname, '..', 'out');
mkdirSync(out, { recursive: true });
const seeds = Array.from({ length: columns }, (_, i) => first + i);
const rows = kinds.map((kind) => {
  const started = performance.now();
  const row = seeds.map((seed) => drawKind(kind, seed, size));
  console.log(`${kind.name}: ${((performance.now() - started) / columns).toFixed(0)} ms a picture`);
  return row;
});
await writeSheet(path.join(out, 'training-kinds.png'), rows);
const mixture = Array.from({ length: 8 }, (_, j) => seeds.map((i) => drawTrainingPicture(j * columns + i, size)));
await writeSheet(path.join(out, 'training-mixture.png'), mixture);
