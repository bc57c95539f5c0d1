import { harbour } from './harbour/index.js';
import { owl } from './owl/index.js';
import { stainedGlass } from './stainedGlass.js';
import { swirls } from './swirls.js';

export { height, width } from './size.js';

/** The pictures in assets/ by the names of their files: two contents and two styles, each `[height, width, 3]`, RGB in 0..1. */
export const pictures: Readonly<Record<string, () => Float32Array>> = {
  'content-harbour': () => harbour(1),
  'content-owl': () => owl(1),
  'style-swirls': () => swirls(1),
  'style-glass': () => stainedGlass(1),
};

/** The same numbers as an image file holds them. */
export const toBytes = (rgb: Float32Array): Uint8Array => Uint8Array.from(rgb, (value) => Math.round(255 * value));
