import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { adain, wct } from 'pastiche/wct';
import { afterAll, expect, inject, it } from 'vitest';
import { relativeL2 } from '../_setup/compare.js';
import { reluRows, toFeatures } from './_matrices.js';

afterAll(() => tf.setBackend(inject('backend')));

it.each([
  ['wct', (c: tf.Tensor4D, s: tf.Tensor4D) => wct(c, s)],
  ['wct with ot', (c: tf.Tensor4D, s: tf.Tensor4D) => wct(c, s, { method: 'ot' })],
  ['adain', adain],
])('%s(content, style) agrees on cpu and wasm', async (_, transfer) => {
  const results = [];
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const result = await transfer(toFeatures(reluRows(900, 24, 1), 30), toFeatures(reluRows(800, 24, 2), 20));
    results.push(await result.data());
  }
  expect(relativeL2(results[0]!, results[1]!)).toBeLessThan(1e-4);
});
