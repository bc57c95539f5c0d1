import * as tf from '@tensorflow/tfjs-core';
import { type Image, fitSize, imageFromPixels, imageToPixels, resizeImage } from 'pastiche';
import type { PixelData } from '../protocol.js';

/** The picture as a tensor whose longer side is `size`, in 0..1. The caller owns it. */
export function toTensor(picture: PixelData, size: number): Image {
  return tf.tidy(() => {
    const image = imageFromPixels(picture);
    // Resampling overshoots a little at hard edges.
    return tf.clipByValue(resizeImage(image, fitSize([picture.height, picture.width], { longSide: size })), 0, 1);
  });
}

/** Lets a picture through at most every `milliseconds`: reading one back costs more than a step on a graphics card. */
export function occasionally(milliseconds: number): (image: Image) => Promise<PixelData | undefined> {
  let last = -Infinity;
  return async (image) => {
    if (performance.now() - last < milliseconds) return undefined;
    const pixels = await imageToPixels(image);
    last = performance.now();
    return pixels;
  };
}
