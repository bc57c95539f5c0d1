import * as tf from '@tensorflow/tfjs-core';
import { loadAutoencoders, safetensors } from '../../src/index.js';
import { drawTrainingPicture } from '../pictures/training/index.js';
import { levelQuality } from './quality.js';

/**
 * The mean over drawn pictures of the PSNR in decibels of encode + decode, for each level of slim weights. The seeds must not be
 * among those of the training.
 */
export async function reconstructionPsnr(bytes: Uint8Array, seeds: readonly number[], size: number): Promise<number[]> {
  const levels = await loadAutoencoders(safetensors(bytes), { family: 'slim' });
  const result: number[] = [];
  try {
    for (const level of levels) {
      let sum = 0;
      for (const seed of seeds) {
        const image = tf.tensor4d(drawTrainingPicture(seed, size), [1, size, size, 3]);
        try {
          sum += (await levelQuality(level, image)).psnr;
        } finally {
          image.dispose();
        }
      }
      result.push(sum / seeds.length);
    }
  } finally {
    for (const level of levels) level.dispose();
  }
  return result;
}
