// The most bytes of tensors alive at once, above weights and pictures: the table in docs/memory.md. npx tsx bench/memory.ts [SIZE...]
// (default 256 512). Counted, not sampled, so that it is the same on every machine and at every run.
import * as tf from '@tensorflow/tfjs-core';
import {
  type FeatureExtractor,
  type Image,
  gatysObjective,
  lbfgs,
  loadAutoencoders,
  loadVgg,
  noiseImage,
  randomVgg,
  universalStyleTransfer,
} from '../src/index.js';
import { startWasm } from '../examples/support/wasm.js';
import { openWeights } from '../examples/support/weights.js';
import { peakBytes } from './measure.js';

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [256, 512];
await startWasm();
const weights = await openWeights();

const noise = (size: number, seed: number): Image => noiseImage([1, size, size, 3], { seed });

/** The peak of an iteration of Gatys' method. */
async function gatys(extractor: FeatureExtractor, size: number): Promise<number> {
  const [content, style] = [noise(size, 1), noise(size, 2)];
  const objective = gatysObjective({ extractor, content, style });
  const peak = await peakBytes(async () => {
    const { x } = await lbfgs<Image>(objective, content, { maxIterations: 1 });
    x.dispose();
  });
  tf.dispose([content, style]);
  objective.dispose();
  extractor.dispose();
  return peak;
}

/** The peak of a cascade, tile by tile. */
async function universal(tileSize: number, size: number): Promise<number> {
  const levels = await loadAutoencoders(weights, { family: 'slim' });
  const [content, style] = [noise(size, 1), noise(size, 2)];
  const peak = await peakBytes(async () => {
    (await universalStyleTransfer({ content, style, levels, tileSize })).dispose();
  });
  tf.dispose([content, style]);
  for (const level of levels) level.dispose();
  return peak;
}

const rows: Record<string, (size: number) => Promise<number>> = {
  'stylize, VGG-19 to relu5_1': (size) => gatys(randomVgg({ width: 64, upTo: 'relu5_1' }), size),
  'stylize, small weights to relu5_1': async (size) => gatys(await loadVgg(weights), size),
  'universalStyleTransfer, small weights, tileSize 768': (size) => universal(768, size),
  'universalStyleTransfer, small weights, tileSize 256': (size) => universal(256, size),
};

for (const [name, measure] of Object.entries(rows)) {
  const peaks: string[] = [];
  for (const size of sizes) peaks.push(`${size} px ${((await measure(size)) / 1e6).toFixed(0)} MB`);
  console.log(`${name}: ${peaks.join(', ')}`);
}
