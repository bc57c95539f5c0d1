import type * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { imageFromPixels, resizeImage } from '../../src/image/index.js';
import { randomTensor } from '../_setup/compare.js';

// libvips enlarges with corners, not centres, on top of each other: only its shrinking can be compared.
describe('resizeImage against libvips', () => {
  it.each([
    ['lanczos3', 'lanczos3', 48, 64, 20, 26],
    ['cubic', 'cubic', 60, 64, 20, 48],
    ['cubic', 'cubic', 48, 64, 24, 32],
    ['linear', 'linear', 48, 64, 24, 32],
  ] as const)(
    'resizeImage(x, size, %s) is that of sharp within its 8 bits, %s %i x %i to %i x %i',
    async (method, kernel, h, w, height, width) => {
      // Smooth enough not to overshoot 0..1, where sharp cuts.
      const coarse = randomTensor<tf.Rank.R4>([1, Math.round(h / 5), Math.round(w / 5), 3], 6, 0.2, 0.8);
      const x = resizeImage(coarse, [h, w]);
      const data = Uint8Array.from(await x.data(), (value) => Math.round(value * 255));
      const image = imageFromPixels({ data, width: w, height: h });
      const ours = await resizeImage(image, [height, width], { method }).data();
      const theirs = await sharp(data, { raw: { width: w, height: h, channels: 3 } })
        .resize(width, height, { fit: 'fill', kernel })
        .raw()
        .toBuffer();
      let worst = 0;
      // libvips repeats the border pixels where we leave the kernel's outside away.
      const margin = Math.ceil(3 * Math.max(1, height / h));
      for (let row = margin; row < height - margin; row++) {
        for (let i = margin * 3; i < (width - margin) * 3; i++) {
          worst = Math.max(worst, Math.abs(ours[row * width * 3 + i]! * 255 - theirs[row * width * 3 + i]!));
        }
      }
      expect(worst).toBeLessThan(1.5);
    },
  );
});
