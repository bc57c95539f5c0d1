/* What every participant reads, as files in a temporary folder: weights and pictures. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type WeightArray, encodeSafetensors, noiseImage, vggConvolutions } from '../src/index.js';
import { randomNumbers } from '../src/internal/randomNumbers.js';
import { readImage } from '../src/node/index.js';
import { asset } from '../examples/support/weights.js';

let folder: string | undefined;

/** A path in a temporary folder that is gone with this process. */
export function temporaryFile(name: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(path.join(tmpdir(), 'bench-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return path.join(folder, name);
}

/** A file beside the repository that is not part of it; `undefined` where it is absent. */
export function sharedFile(name: string): string | undefined {
  const file = path.resolve(import.meta.dirname, '../../shared/data', name);
  return existsSync(file) ? file : undefined;
}

const written = new Map<string, string>();

/** Writes arrays once under a name; the path of the file. */
export async function arraysFile(
  name: string,
  make: () => Readonly<Record<string, WeightArray>> | Promise<Readonly<Record<string, WeightArray>>>,
): Promise<string> {
  const known = written.get(name);
  if (known !== undefined) return known;
  const file = temporaryFile(`${name}.safetensors`);
  writeFileSync(file, encodeSafetensors(await make()));
  written.set(name, file);
  return file;
}

const array = async (tensor: tf.Tensor): Promise<WeightArray> => {
  const values = (await tensor.data()) as Float32Array;
  const result = { shape: tensor.shape, values };
  tensor.dispose();
  return result;
};

/** Seeded noise as content, style and start: `[1, size, size, 3]`. */
export function noisePictures(size: number): Promise<string> {
  return arraysFile(`noise-${size}`, async () => {
    const picture = (seed: number) => array(noiseImage([1, size, size, 3], { seed }));
    return { content: await picture(1), style: await picture(2), start: await picture(3) };
  });
}

/** The repository's own pictures, cut to squares. `noise` is a second start. */
export function drawnPictures(size: number): Promise<string> {
  return arraysFile(`drawn-${size}`, async () => {
    const picture = async (name: string) => array(await readImage(asset(`${name}.png`), { size: [size, size] }));
    const noise = await array(noiseImage([1, size, size, 3], { seed: 1 }));
    return { content: await picture('content-harbour'), style: await picture('style-swirls'), noise };
  });
}

/** VGG-19's channels at the input of a convolution and after it. */
function channelsOf(layer: string): [input: number, output: number] {
  const [block, index] = [Number(layer.charAt(4)), Number(layer.charAt(6))];
  const widths = [3, 64, 128, 256, 512, 512];
  return [index === 1 ? widths[block - 1]! : widths[block]!, widths[block]!];
}

/** VGG-19 of full width up to a convolution, its random numbers scaled so that features neither vanish nor explode. */
export function randomWeights(last: string): Promise<string> {
  return arraysFile(`random-${last}`, () => {
    const { normal } = randomNumbers(1);
    const arrays: Record<string, WeightArray> = {};
    for (const layer of vggConvolutions('vgg19', last)) {
      const [input, output] = channelsOf(layer);
      const deviation = Math.sqrt(2 / (9 * input));
      const kernel = Float32Array.from({ length: 9 * input * output }, () => deviation * normal());
      arrays[`${layer}.weight`] = { shape: [output, input, 3, 3], values: kernel };
      arrays[`${layer}.bias`] = { shape: [output], values: new Float32Array(output) };
    }
    return arrays;
  });
}
