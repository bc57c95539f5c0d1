// Universal style transfer on the command line: npm run universal -- --content A --style B --out C.png
import { synthesizeTexture, universalStyleTransfer } from '../src/index.js';
import { readImage, writeImage } from '../src/node/index.js';
import { openAutoencoders } from './support/autoencoders.js';
import { type CascadeResult, runCascade } from './support/cascade.js';
import { readMasks } from './support/masks.js';
import { given, number, numbers, perLevel, size } from './support/options.js';
import { assertWritable, interrupt, program } from './support/program.js';
import { peakMemory, phaseTable } from './support/report.js';
import { readStyles, saveStyle } from './support/styles.js';
import { type Given, check, options, usage } from './support/universalOptions.js';
import { startWasm } from './support/wasm.js';

/** Paints or makes a texture, as the options say; nothing where only a style is saved. */
async function main(values: Given): Promise<void> {
  check(values);
  const { out = '', style: styleFiles = [] } = values;
  if (values.out !== undefined) assertWritable(out);
  const backend = await startWasm(values.threads);
  const { models, family } = values;
  const { levels, description } = await openAutoencoders({
    models,
    family,
    ...given('levels', values.levels, numbers),
  });
  console.error(`${description}; on ${backend}`);

  const longSide = number(values.size ?? '512');
  const content = values.content === undefined ? undefined : await readImage(values.content, { longSide });
  let styles = await readStyles(styleFiles, number(values['style-size'] ?? String(longSide)));
  let mix = given('styleWeights', values.mix, numbers);
  if (values['save-style'] !== undefined) {
    styles = [await saveStyle(values['save-style'], styles, mix.styleWeights ?? styles.map(() => 1), levels)];
    mix = {};
    console.log(`${values['save-style']}: the style at ${levels.map(({ name }) => name).join(', ')}`);
  }

  const signal = interrupt();
  const common = {
    styles,
    levels,
    ...mix,
    ...given('method', values.method, (name) => name as 'wct'),
    ...given('tileSize', values.tile, number),
  };
  let result: CascadeResult;
  if (content !== undefined) {
    const masks = values.mask === undefined ? {} : { masks: await readMasks(values.mask, content, styles.length) };
    const settings = { ...common, ...masks, content, strength: perLevel(values.strength ?? '0.6') };
    result = await runCascade(levels.length, signal, (watch) => universalStyleTransfer({ ...settings, ...watch }));
  } else if (values.texture !== undefined) {
    const rounds = number(values.rounds ?? '3');
    const settings = { ...common, size: size(values.texture), rounds, ...given('seed', values.seed, number) };
    result = await runCascade(levels.length * rounds, signal, (watch) => synthesizeTexture({ ...settings, ...watch }));
  } else {
    return;
  }
  const { image, reports, seconds, stopped } = result;
  await writeImage(out, image);
  const [, height, width] = image.shape;
  console.log(phaseTable(reports));
  if (content === undefined) console.log('Not in it: the style, which is looked at once before the first round.');
  console.log(`${out}: ${width}x${height} pixels, ${seconds.toFixed(1)} s, peak ${peakMemory()}`);
  if (stopped) console.log(`Stopped: the picture is what ${reports.at(-1)!.name} left, and unfinished.`);
}

await program(usage, options, ['style'], main);
