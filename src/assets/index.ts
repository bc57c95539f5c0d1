/**
 * This project's own weights, in a file of the package: a VGG-19 of a quarter of the width, `conv1_1` to `conv5_1`, and five decoders.
 * The code here holds none of them. In the package, `assets/README.md` says what they were made of and what they are good at.
 *
 * @module
 */
import { type WeightSource, safetensors } from '../models/weights/index.js';

/**
 * Where the file `slim.safetensors` lies: a URL that bundlers see and copy the file for, and in Node a `file:` URL. 3.8 MB of 16-bit
 * floats; the encoder comes first, then the decoders from the finest to the deepest.
 *
 * @example
 * ```ts
 * import { slimUrl } from 'pastiche/assets';
 *
 * console.log(slimUrl.pathname.endsWith('slim.safetensors')); // => true
 * ```
 */
export const slimUrl: URL = new URL('../../assets/slim.safetensors', import.meta.url);

/**
 * The weights in {@link slimUrl}, of the family `'slim'`. Only what is asked for is read: levels 1 to 3 take 160 kB, where the server
 * knows range requests.
 *
 * @returns a source for `loadVgg` (padding and preprocessing follow from the file) and `loadAutoencoders`. There is nothing to free
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { slimWeights } from 'pastiche/assets';
 * import { loadAutoencoders } from 'pastiche/models';
 *
 * const [level] = await loadAutoencoders(slimWeights(), { family: 'slim', levels: [1] });
 * const grey = tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.5);
 * const again = level!.decode(level!.encode(grey));
 * console.log(tf.max(tf.abs(tf.sub(again, grey))).dataSync()[0]! < 0.1); // => true
 * tf.dispose([grey, again]);
 * level!.dispose();
 * ```
 */
export const slimWeights = (): WeightSource => safetensors(slimUrl);
export { type CascadeSettings, slimCascade, slimRecipe } from './settings.js';
