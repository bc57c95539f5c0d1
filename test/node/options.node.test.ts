import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noiseImage } from '../../src/image/index.js';
import type { Image } from '../../src/index.js';
import { contactSheet, enableWasmThreads, enableWebgpu, readImage, writeImage } from '../../src/node/index.js';
import { expectTensorGrowth } from '../_setup/compare.js';

let picture: Image;
beforeAll(() => {
  picture = noiseImage([1, 2, 2, 3]);
});
afterAll(() => {
  picture.dispose();
});

/** Calls a function with more among its options than it knows. */
type Call = (extra: object) => Promise<unknown>;
const calls: Record<string, Call> = {
  contactSheet: (extra) => contactSheet([{ image: picture, label: '' }], extra),
  enableWasmThreads,
  enableWebgpu,
  readImage: (extra) => readImage('nowhere.png', extra),
  writeImage: (extra) => writeImage('nowhere/picture.png', picture, extra),
};

describe('options of pastiche/node', () => {
  test.each(Object.entries(calls))('%s throws for a name that it does not know, before any work', async (_, call) => {
    await expectTensorGrowth(0, () => expect(call({ misspelt: 1 })).rejects.toThrow("there is no option 'misspelt'"));
  });
});
