// The most bytes of tensors alive at once, above weights and pictures: the table in docs/memory.md. npx tsx bench/memory.ts [SIZE...]
// (default 256 512). Counted, not sampled, so that it is the same on every machine and at every run.
import * as tf from '@tensorflow/tfjs-core';
import {
  gatysObjective,
  lbfgs,
  loadAutoencoders,
  loadVgg,
  noiseImage,
  randomVgg,
  universalStyleTransfer,
} from '../src/index.js';
import type { FeatureExtractor, Image } from '../src/index.js';
import { startWasm } from '../examples/support/wasm.js';
import { openWeights } from '../examples/support/weights.js';
import { peakBytes } from './measure.js';

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [256, 512];
await startWasm();

/** In megabytes. */
const peakOf = async (work: () => Promise<void>): Promise<string> => ((await peakBytes(work)) / 1e6).toFixed(0);

async function gatys(extractor: FeatureExtractor, size: number): Promise<string> {
  const [content, style] = [1, 2].map((seed) => noiseImage([1, size, size, 3], { seed })) as [Image, Image];
  const objective = gatysObjective({ extractor, content, style });
  const peak = await peakOf(async () => {
    const { x } = await lbfgs<Image>(objective, content, { maxIterations: 1 });
    x.dispose();
  });
  tf.dispose([content, style]);
  objective.dispose();
  return peak;
}

const weights = await openWeights();
const rows: Record<string, (size: number) => Promise<string>> = {
  'stylize, VGG-19 to relu5_1': async (size) => {
    const extractor = randomVgg({ width: 64, upTo: 'relu5_1' });
    const peak = await gatys(extractor, size);
    extractor.dispose();
    return peak;
  },
  'stylize, small weights to relu5_1': async (size) => gatys(await loadVgg(weights), size),
};
for (const tileSize of [768, 256]) {
  rows[`universalStyleTransfer, small weights, tileSize ${tileSize}`] = async (size) => {
    const levels = await loadAutoencoders(weights, { family: 'slim' });
    const [content, style] = [1, 2].map((seed) => noiseImage([1, size, size, 3], { seed })) as [Image, Image];
    const peak = await peakOf(async () => {
      (await universalStyleTransfer({ content, style, levels, tileSize })).dispose();
    });
    tf.dispose([content, style]);
    for (const level of levels) level.dispose();
    return peak;
  };
}

for (const [name, measure] of Object.entries(rows)) {
  const peaks: string[] = [];
  for (const size of sizes) peaks.push(`${size} px ${await measure(size)} MB`);
  console.log(`${name}: ${peaks.join(', ')}`);
}
