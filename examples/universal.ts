// Universal style transfer on the command line: npm run universal -- --content A --style B --out C.png
import { synthesizeTexture, universalStyleTransfer } from '../src/index.js';
import { readImage, writeImage } from '../src/node/index.js';
import { openAutoencoders } from './support/autoencoders.js';
import { type CascadeResult, runCascade } from './support/cascade.js';
import { readMasks } from './support/masks.js';
import { given, number, numbers, size } from './support/options.js';
import { type Values, assertWritable, interrupt, program } from './support/program.js';
import { peakMemory, phaseTable } from './support/report.js';
import { readStyles, saveStyle } from './support/styles.js';
import { startWasm } from './support/wasm.js';

const usage = `Gives a photograph the style of any picture in one pass, or makes a texture of it.

  npm run universal -- --content photo.jpg --style painting.jpg --out result.png
  npm run universal -- --style painting.jpg --texture 512x384 --out texture.png

  --content FILE       the photograph
  --style FILE         the painting, or a style file; give it several times to mix styles
  --out FILE           where the picture goes (.png, .jpg, .webp)
  --mix W,W            shares of several styles                                      (equal ones)
  --mask FILE          a grey picture that is white where a style belongs, one for each style in
                       their order; the last one may be left out and gets the rest
  --models NAME        autoencoders: a folder with encoders and decoders, one file with all of them, or ust16x or ust, which
                       are downloaded                                                (small ones of this repository)
  --family NAME        which of several families in a folder: ust, ust16x, slim      (the one with the most levels)
  --levels L,L         how deep, 5 (coarse) to 1 (fine)                              (4,3,2,1 of the small ones, else all)
  --strength S         0 keeps the content, 1 takes the style; one number, or one for each level
                       in the order of --levels                                      (0.6; 1 for textures)
  --method NAME        wct, ot (moves the content least) or adain                    (wct)
  --size N             longer side of the result in pixels                           (512)
  --style-size N       longer side of the style: larger makes larger strokes         (--size)
  --tile N             larger pictures are worked on in tiles of about this size     (the library's)
  --texture WxH        makes a texture of this size, without a content
  --seed N             seed of a texture                                             (0)
  --rounds N           how often a texture goes through the levels                   (3)
  --save-style FILE    keeps the style, or the mixture, in a small .style file, for --style with the same --models
  --threads N          threads of the wasm backend                                   (all cores)

Ctrl-C stops and saves what the levels done so far have made.`;

const options = {
  content: { type: 'string' },
  style: { type: 'string', multiple: true },
  out: { type: 'string' },
  mix: { type: 'string' },
  mask: { type: 'string', multiple: true },
  models: { type: 'string' },
  family: { type: 'string' },
  levels: { type: 'string' },
  strength: { type: 'string' },
  method: { type: 'string' },
  size: { type: 'string' },
  'style-size': { type: 'string' },
  tile: { type: 'string' },
  texture: { type: 'string' },
  seed: { type: 'string' },
  rounds: { type: 'string' },
  'save-style': { type: 'string' },
  threads: { type: 'string' },
} as const;

type Given = Values<typeof options>;

/** Rejects what does not go together: no option is accepted and ignored. */
function check(values: Given): void {
  const has = (name: keyof Given): boolean => values[name] !== undefined;
  const clash = (a: keyof Given, others: readonly (keyof Given)[]): void => {
    const other = has(a) ? others.find(has) : undefined;
    if (other !== undefined) throw new Error(`--${other} does not go with --${a}.`);
  };
  clash('texture', ['content', 'mask', 'strength', 'size']);
  clash('mask', ['mix', 'save-style']);
  const needs = (name: keyof Given, other: keyof Given): void => {
    if (has(name) && !has(other)) throw new Error(`--${name} needs --${other}.`);
  };
  for (const name of ['seed', 'rounds'] as const) needs(name, 'texture');
  for (const name of ['content', 'texture'] as const) needs(name, 'out');
  if (has('content') || has('texture')) return;
  if (!has('save-style')) throw new Error('Give --content, --texture or --save-style; --help explains them.');
  for (const name of ['out', 'mask', 'strength', 'method', 'tile'] as const) needs(name, 'content');
}

/** Paints or makes a texture, as the options say; nothing where only a style is saved. */
async function main(values: Given): Promise<void> {
  check(values);
  const { out = '', style: styleFiles = [] } = values;
  if (values.out !== undefined) assertWritable(out);
  const backend = await startWasm(values.threads);
  const { levels, description } = await openAutoencoders({
    models: values.models,
    family: values.family,
    levels: values.levels === undefined ? undefined : numbers(values.levels),
  });
  console.error(`${description}; on ${backend}`);

  const longSide = number(values.size ?? '512');
  const content = values.content === undefined ? undefined : await readImage(values.content, { longSide });
  let styles = await readStyles(styleFiles, number(values['style-size'] ?? String(longSide)));
  let shares = values.mix === undefined ? undefined : numbers(values.mix);
  if (values['save-style'] !== undefined) {
    styles = [await saveStyle(values['save-style'], styles, shares ?? styles.map(() => 1), levels)];
    shares = undefined;
    console.log(`${values['save-style']}: the style at ${levels.map(({ name }) => name).join(', ')}`);
  }

  const signal = interrupt();
  const common = {
    styles,
    levels,
    ...(shares === undefined ? {} : { styleWeights: shares }),
    ...given('method', values.method, (name) => name as 'wct'),
    ...given('tileSize', values.tile, number),
  };
  let result: CascadeResult;
  if (content !== undefined) {
    const masks = values.mask === undefined ? {} : { masks: await readMasks(values.mask, content, styles.length) };
    const strength = numbers(values.strength ?? '0.6');
    const settings = { ...common, ...masks, content, strength: strength.length === 1 ? strength[0]! : strength };
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
