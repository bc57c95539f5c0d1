// Neural style transfer on the command line: npm run stylize -- --content A --style B --out C.png
import { slimRecipe } from '../src/assets/node.js';
import { type Recipe, loadVgg, presets, stylizeSteps } from '../src/index.js';
import { readImage, writeImage } from '../src/node/index.js';
import { given, list, number } from './support/options.js';
import { paint } from './support/paint.js';
import { type Values, assertWritable, interrupt, program } from './support/program.js';
import { startWasm } from './support/wasm.js';
import { openWeights } from './support/weights.js';

const usage = `Paints a photograph in the style of a picture.

  npm run stylize -- --content photo.jpg --style painting.jpg --out result.png

  --content FILE         the photograph
  --style FILE           the painting; give it several times to mix styles
  --out FILE             where the picture goes (.png, .jpg, .webp)
  --weights FILE         VGG-19 weights: .safetensors, .pth, a tfjs model.json, or
                         vgg19-torchvision (downloaded)                             (small ones of this repository)
  --preprocessing NAME   what the weights expect: torchvision, caffe, none          (what the file says)
  --preset NAME          ${Object.keys(presets).join(', ')}
                         (relative; that of the small weights where these are used)
  --content-layers L,L   layers that hold the content                               (the preset's)
  --style-layers L,L     layers that hold the style                                 (the preset's)
  --content-weight W     --style-weight W     --variation-weight W                  (the preset's)
  --style-scale S        size of the style's longer side, in those of the content   (1)
  --size N               longer side of the result in pixels                        (384)
  --levels N             sizes to paint at, coarse to fine                          (2)
  --iterations N         optimiser steps at each level                              (the preset's)
  --init NAME            content, style or noise                                    (the preset's)
  --seed N               seed of the noise                                          (0)
  --save-every K         writes the picture every K steps
  --threads N            threads of the wasm backend                                (all cores)

Ctrl-C stops and saves the best picture so far.`;

const options = {
  content: { type: 'string' },
  style: { type: 'string', multiple: true },
  out: { type: 'string' },
  weights: { type: 'string' },
  preprocessing: { type: 'string' },
  preset: { type: 'string' },
  'content-layers': { type: 'string' },
  'style-layers': { type: 'string' },
  'content-weight': { type: 'string' },
  'style-weight': { type: 'string' },
  'variation-weight': { type: 'string' },
  'style-scale': { type: 'string' },
  size: { type: 'string', default: '384' },
  levels: { type: 'string', default: '2' },
  iterations: { type: 'string' },
  init: { type: 'string' },
  seed: { type: 'string' },
  'save-every': { type: 'string', default: '0' },
  threads: { type: 'string' },
} as const;

async function main(values: Values<typeof options>): Promise<void> {
  const { content: contentFile = '', style: styleFiles = [], out = '' } = values;
  assertWritable(out);
  const backend = await startWasm(values.threads);
  const longSide = number(values.size);
  const content = await readImage(contentFile, { longSide });
  const styles = await Promise.all(styleFiles.map((file) => readImage(file, { longSide })));
  const extractor = await loadVgg(await openWeights(values.weights), {
    ...given('preprocessing', values.preprocessing, (name) => name as 'caffe'),
    // An unknown name is reported by stylizeSteps, with the known ones.
    ...(presets as Record<string, Recipe | undefined>)[values.preset ?? 'relative']?.vgg,
  });

  const saveEvery = number(values['save-every']);
  const steps = stylizeSteps<string>({
    extractor,
    content,
    styles,
    signal: interrupt(),
    levels: number(values.levels),
    preset: (values.preset ?? (values.weights === undefined ? slimRecipe : 'relative')) as 'relative' | Recipe,
    ...given('iterations', values.iterations, number),
    ...given('contentLayers', values['content-layers'], list),
    ...given('styleLayers', values['style-layers'], list),
    ...given('contentWeight', values['content-weight'], number),
    ...given('styleWeight', values['style-weight'], number),
    ...given('variationWeight', values['variation-weight'], number),
    ...given('styleScale', values['style-scale'], number),
    ...given('init', values.init, (name) => name as 'noise'),
    ...given('seed', values.seed, number),
  });

  const [, height, width] = content.shape;
  console.error(`${width}x${height} pixels on ${backend}`);
  const result = await paint(steps, async ({ iteration, image }) => {
    if (saveEvery > 0 && iteration % saveEvery === 0) await writeImage(out, image);
  });
  await writeImage(out, result.image);
  const parts = Object.entries(result.parts).map(([name, part]) => `${name} ${part.toPrecision(3)}`);
  console.log(
    `${out}: loss ${result.loss.toPrecision(5)} after ${result.evaluations} evaluations, ${result.seconds.toFixed(1)} s`,
  );
  console.log(`  ${parts.join('\n  ')}\n  ${result.message}`);
}

await program(usage, options, ['content', 'style', 'out'], main);
