import { type Image, type WeightArray, noiseImage } from '../../src/index.js';
import { readImage } from '../../src/node/index.js';
import { asset } from '../../examples/support/weights.js';
import { arraysFile } from './files.js';

/** The numbers of a picture, which is freed. */
export async function arrayOf(image: Image): Promise<WeightArray> {
  const values = await image.data<'float32'>();
  image.dispose();
  return { shape: image.shape, values };
}

/** Seeded noise as content, style and start: `[1, size, size, 3]`. */
export function noisePictures(size: number): Promise<string> {
  return arraysFile(`noise-${size}`, async () => {
    const picture = (seed: number) => arrayOf(noiseImage([1, size, size, 3], { seed }));
    return { content: await picture(1), style: await picture(2), start: await picture(3) };
  });
}

/** The repository's own pictures, cut to squares. `noise` is a second start. */
export function drawnPictures(size: number): Promise<string> {
  return arraysFile(`drawn-${size}`, async () => {
    const picture = async (name: string) => arrayOf(await readImage(asset(`${name}.png`), { size: [size, size] }));
    const noise = await arrayOf(noiseImage([1, size, size, 3], { seed: 1 }));
    return { content: await picture('content-harbour'), style: await picture('style-swirls'), noise };
  });
}
