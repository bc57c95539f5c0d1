import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { StyleError } from '../../src/errors.js';
import { contactSheet, readImage, writeImage } from '../../src/node/index.js';

vi.mock('sharp', () => {
  throw new Error("Cannot find package 'sharp'");
});

describe('a machine without sharp', () => {
  it.each([
    ['readImage', () => readImage('a.png')],
    ['writeImage', () => writeImage('a.png', tf.zeros([1, 2, 2, 3]))],
    ['contactSheet', () => contactSheet([{ image: tf.zeros([1, 2, 2, 3]), label: '' }])],
  ])('%s(...) says how to install it', async (name, call: () => Promise<unknown>) => {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StyleError);
    expect((error as Error).message).toBe(
      `${name} needs the package sharp to read and write picture files: npm install sharp`,
    );
  });
});
