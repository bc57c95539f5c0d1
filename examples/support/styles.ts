import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {
  type Autoencoder,
  type Image,
  type StyleOperators,
  decodeStyle,
  encodeStyle,
  mixStyles,
  styleOperators,
} from '../../src/index.js';
import { readImage } from '../../src/node/index.js';

/** A style as it was given: its picture, or a file that `--save-style` wrote. */
export type Style = Image | StyleOperators;

/** Style files are safetensors files, and may be called so. */
const isStyleFile = (file: string): boolean => ['.style', '.safetensors'].includes(path.extname(file).toLowerCase());

async function readStyleFile(file: string): Promise<StyleOperators> {
  try {
    return decodeStyle(await readFile(file));
  } catch (cause) {
    throw new Error(`--style: ${file} cannot be read as a style file: ${(cause as Error).message}`, { cause });
  }
}

/** Reads pictures and style files. */
export const readStyles = (files: readonly string[], longSide: number): Promise<Style[]> =>
  Promise.all(files.map((file) => (isStyleFile(file) ? readStyleFile(file) : readImage(file, { longSide }))));

/** Writes the style, or the mixture of several, to a file for `--style`. */
export async function saveStyle(
  file: string,
  styles: readonly Style[],
  weights: readonly number[],
  levels: readonly Autoencoder[],
): Promise<StyleOperators> {
  if (!isStyleFile(file)) throw new Error(`--save-style: ${file} must end in .style or .safetensors.`);
  const known: StyleOperators[] = [];
  for (const style of styles) known.push(style instanceof tf.Tensor ? await styleOperators(style, { levels }) : style);
  const mixed = Object.fromEntries(
    levels.map(({ name }) => [
      name,
      mixStyles(
        known.map((operators) => operators[name]!),
        weights,
      ),
    ]),
  );
  await writeFile(file, encodeStyle(mixed));
  return mixed;
}
