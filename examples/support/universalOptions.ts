import type { Values } from './program.js';

/* What npm run universal takes. */

export const usage = `Gives a photograph the style of any picture in one pass, or makes a texture of it.

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

export const options = {
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

export type Given = Values<typeof options>;

/** Rejects what does not go together: no option is accepted and ignored. */
export function check(values: Given): void {
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
