// A large picture through all five levels, tile by tile: time by phase and the most memory held.
//   npx tsx bench/tiles.ts [SIDE] [TILE] [MODELS] [FAMILY]
// The picture is the repository's own, enlarged; MODELS as for `npm run universal -- --models`, its own small ones by default.
import { universalStyleTransfer } from '../src/index.js';
import { mkdirSync } from 'node:fs';
import { readImage, writeImage } from '../src/node/index.js';
import { openAutoencoders } from '../examples/support/autoencoders.js';
import { runCascade } from '../examples/support/cascade.js';
import { peakMemory, phaseTable } from '../examples/support/report.js';
import { startWasm } from '../examples/support/wasm.js';
import { asset } from '../examples/support/weights.js';
import { timed } from './measure.js';

const [side = '2048', tile = '', models, family] = process.argv.slice(2);
const backend = await startWasm();
const { levels, description } = await openAutoencoders({ models, family });
const content = await readImage(asset('content-harbour.png'), { size: [Number(side), Number(side)] });
const style = await readImage(asset('style-swirls.png'), { longSide: 512 });
console.log(`${side}x${side} pixels, ${description}, on ${backend}; before the run ${peakMemory()}`);
const tileSize = tile === '' ? {} : { tileSize: Number(tile) };
const { wall, cpu, result } = await timed(() =>
  runCascade(levels.length, new AbortController().signal, (watch) =>
    universalStyleTransfer({ content, style, levels, strength: 0.6, keepWeights: false, ...tileSize, ...watch }),
  ),
);
console.log(phaseTable(result.reports));
console.log(`${(wall / 1000).toFixed(0)} s, CPU ${(cpu / 1000).toFixed(0)} s, peak ${peakMemory()}`);
mkdirSync('out', { recursive: true });
await writeImage('out/tiles.png', result.image);
