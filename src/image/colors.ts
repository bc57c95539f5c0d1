import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { assertImage, assertSameShape, assertTensor } from '../internal/assert.js';
import type { Image } from '../types.js';

// Rows are the outputs. The luminance row is that of Rec. 601; the inverse below has the ten digits that float32 cannot exceed.
const luminanceWeights = [0.299, 0.587, 0.114];
const toYiq = [luminanceWeights, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]];
const toRgb = [
  [1, 0.9562957198, 0.6210244165],
  [1, -0.2721220993, -0.6473805968],
  [1, -1.1069890167, 1.7046149984],
];

/** `matrix x` for the channels of each pixel: a 1x1 convolution as one 2-D product. */
function mixChannels(x: Tensor4D, matrix: number[][]): Tensor4D {
  return tf.tidy(() => {
    const channels = tf.reshape<tf.Rank.R2>(x, [-1, 3]);
    const mixed = tf.matMul(channels, tf.transpose(tf.tensor2d(matrix)));
    return tf.reshape(mixed, [...x.shape.slice(0, 3), matrix.length] as Tensor4D['shape']);
  });
}

/**
 * RGB to YIQ: luminance in channel 0, chrominance in channels 1 and 2.
 *
 * `Y = 0.299 R + 0.587 G + 0.114 B`, and the NTSC axes `I = 0.595716 R - 0.274453 G - 0.321263 B`,
 * `Q = 0.211456 R - 0.522591 G + 0.311135 B`. Not differentiable.
 *
 * @param image - `[b, h, w, 3]`.
 * @returns `[b, h, w, 3]`, Y in 0..1, I in -0.596..0.596, Q in -0.523..0.523; the caller owns it.
 * @throws ShapeError if `image` is no image.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { rgbToYiq } from 'pastiche/image';
 *
 * const [luminance] = rgbToYiq(tf.tensor4d([0, 1, 0], [1, 1, 1, 3])).dataSync();
 * console.log(luminance?.toFixed(3)); // => '0.587'
 * ```
 */
export function rgbToYiq(image: Image): Tensor4D {
  assertImage('rgbToYiq', 'image', image);
  return mixChannels(image, toYiq);
}

/**
 * YIQ to RGB, the inverse of {@link rgbToYiq}. Nothing is clipped. Not differentiable.
 *
 * @param yiq - `[b, h, w, 3]`.
 * @returns An image `[b, h, w, 3]`; the caller owns it.
 * @throws ShapeError if `yiq` has another shape.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { yiqToRgb } from 'pastiche/image';
 *
 * const grey = yiqToRgb(tf.tensor4d([0.25, 0, 0], [1, 1, 1, 3]));
 * console.log(Array.from(grey.dataSync())); // => [0.25, 0.25, 0.25]
 * ```
 */
export function yiqToRgb(yiq: Tensor4D): Image {
  assertTensor('yiqToRgb', 'yiq', yiq, 4, '[b, h, w, 3]');
  assertImage('yiqToRgb', 'yiq', yiq);
  return mixChannels(yiq, toRgb);
}

/**
 * The luminance of one picture with the colours (chrominance) of another: strokes and shading of the stylised picture, palette
 * of the content.
 *
 * Since luminance enters all three channels of {@link yiqToRgb} with the factor 1, this is `content + Y(stylized) - Y(content)`.
 * Nothing is clipped: saturated colours may leave 0..1, and {@link imageToPixels} cuts them. Not differentiable.
 *
 * @param stylized - `[b, h, w, 3]`, gives the luminance.
 * @param content - `[b, h, w, 3]`, the same shape, gives the colours.
 * @returns An image `[b, h, w, 3]`; the caller owns it.
 * @throws ShapeError if an argument is no image or the shapes differ.
 *
 * Source: Gatys, Bethge, Hertzmann, Shechtman, "Preserving Color in Neural Artistic Style Transfer" (2016), luminance-only
 * transfer, applied to the result. Differs from the paper: the style's luminance is not matched to the content's first.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { keepColors } from 'pastiche/image';
 *
 * const red = tf.tensor4d([0.5, 0.25, 0.25], [1, 1, 1, 3]);
 * const grey = tf.tensor4d([0.5, 0.5, 0.5], [1, 1, 1, 3]);
 * const [r, g, b] = keepColors(grey, red).dataSync();
 * console.log([r, g, b].map((x) => x?.toFixed(3))); // => ['0.675', '0.425', '0.425']
 * ```
 */
export function keepColors(stylized: Image, content: Image): Image {
  assertImage('keepColors', 'stylized', stylized);
  assertImage('keepColors', 'content', content);
  assertSameShape('keepColors', 'stylized', stylized, 'content', content);
  return tf.tidy(() => tf.add(content, mixChannels(tf.sub(stylized, content), [luminanceWeights])));
}
