import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readImage } from 'pastiche/node';

/* The small programs of examples/ as they stand, on small pictures. Each is complete and paints out/NAME.png. */

const programs: Record<string, () => Promise<unknown>> = {
  'custom-loss': () => import('../../examples/custom-loss.js'),
  'graph-model': () => import('../../examples/graph-model.js'),
  'keep-colors': () => import('../../examples/keep-colors.js'),
  masks: () => import('../../examples/masks.js'),
  'mix-styles': () => import('../../examples/mix-styles.js'),
  'texture-synthesis': () => import('../../examples/texture-synthesis.js'),
  'train-decoder': () => import('../../examples/train-decoder.js'),
  'video-frames': () => import('../../examples/video-frames.js'),
};

describe('the small programs of examples/', () => {
  const out = mkdtempSync(path.join(tmpdir(), 'pastiche-examples-'));
  beforeAll(() => {
    for (const [name, value] of Object.entries({ SIZE: '64', STEPS: '3', FRAMES: '2', OUT: out }))
      vi.stubEnv(name, value);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(out, { recursive: true });
  });

  test.each(Object.entries(programs))('%s paints a picture that is not of one colour', async (name, run) => {
    await run();
    const image = await readImage(path.join(out, `${name}.png`));
    const { mean, variance } = tf.moments(image);
    expect(Math.sqrt(variance.dataSync()[0]!)).toBeGreaterThan(0.05);
    expect(mean.dataSync()[0]).toBeLessThan(0.99);
  });

  test('each is complete in fewer than 60 lines', () => {
    for (const name of Object.keys(programs))
      expect(readFileSync(`examples/${name}.ts`, 'utf8').split('\n').length, name).toBeLessThan(60);
  });

  test('video-frames writes each frame and a style file', () => {
    const files = readdirSync(path.join(out, 'video-frames')).sort();
    expect(files).toEqual(['frame-0000.png', 'frame-0001.png', 'swirls.style']);
  });

  test('train-decoder writes the decoder', () => {
    expect(existsSync(path.join(out, 'decoder2.safetensors'))).toBe(true);
  });
});
