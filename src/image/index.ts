/**
 * Pictures as tensors: from and to pixels, resizing, noise, colours, and how far two pictures are apart.
 *
 * @module
 */
export { imageFromPixels, imageToPixels } from './pixels.js';
export type { FromPixelsOptions, Pixels, RgbaPixels, ToPixelsOptions } from './pixels.js';
export { resizeImage } from './resizeImage.js';
export type { ResizeOptions } from './resizeImage.js';
export type { ResizeMethod } from './resamplingBlocks.js';
export { fitSize } from './fitSize.js';
export type { FitOptions } from './fitSize.js';
export { noiseImage } from './noiseImage.js';
export type { NoiseOptions } from './noiseImage.js';
export { meanSquaredError, psnr } from './imageDistance.js';
export type { PsnrOptions } from './imageDistance.js';
export { keepColors, rgbToYiq, yiqToRgb } from './colors.js';
