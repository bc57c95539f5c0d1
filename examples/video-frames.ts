// Frames of a film in one style: the style is looked at once and kept as a small file; each frame is then one pass. The content's
// statistics are those of the first frame for all, so that colours do not flicker where something enters the picture.
//   npx tsx examples/video-frames.ts        SIZE=384 for larger frames
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import {
  type AffineMap,
  type Image,
  applyAffine,
  decodeStyle,
  encodeStyle,
  featureMoments,
  loadAutoencoders,
  styleOperators,
  wctMap,
} from 'pastiche';
import { slimWeights } from 'pastiche/assets';
import { type ContactSheetCell, contactSheet, readImage, writeImage } from 'pastiche/node';

const { SIZE = '256', FRAMES = '8', OUT = 'out' } = process.env;
const longSide = Number(SIZE);
await tf.setBackend('wasm');
const levels = await loadAutoencoders(slimWeights(), {
  family: 'slim',
  levels: [3, 2, 1],
});
await mkdir(`${OUT}/video-frames`, { recursive: true });

const file = `${OUT}/video-frames/swirls.style`;
const style = await readImage('assets/style-swirls.png', { longSide });
await writeFile(file, encodeStyle(await styleOperators(style, { levels })));
const operators = decodeStyle(await readFile(file));

// A camera that moves over the harbour stands for a film; ffmpeg writes and reads such frames of a real one.
const scene = await readImage('assets/content-harbour.png', { longSide: longSide * 1.25 });
const [height, width] = [Math.floor(scene.shape[1] / 1.25 / 4) * 4, Math.floor(longSide / 4) * 4];
const maps = new Map<string, AffineMap>();
const cells: ContactSheetCell[] = [];
for (let i = 0; i < Number(FRAMES); i++) {
  const left = Math.round(((scene.shape[2] - width) * i) / Number(FRAMES));
  const began = performance.now();
  let image: Image = tf.slice(scene, [0, 0, left, 0], [1, height, width, 3]);
  for (const level of levels) {
    const features = level.encode(image);
    const map =
      maps.get(level.name) ?? wctMap(await featureMoments(features), operators[level.name]!, { strength: 0.7 });
    maps.set(level.name, map);
    const next = tf.tidy(() => tf.clipByValue<Image>(level.decode(applyAffine(features, map)), 0, 1));
    tf.dispose([image, features]);
    image = next;
  }
  await writeImage(`${OUT}/video-frames/frame-${String(i).padStart(4, '0')}.png`, image);
  cells.push({ image, label: `frame ${i}, ${((performance.now() - began) / 1000).toFixed(1)} s` });
}
await writeFile(`${OUT}/video-frames.png`, await contactSheet(cells, { columns: 4, cellWidth: 256 }));
