import { expect, it } from 'vitest';
import {
  encodeSafetensors,
  safetensors,
  tfjsManifest,
  torchCheckpoint,
  type RangeReader,
} from '../../../src/models/weights/index.js';
import * as a from './_archives.js';

/* Node's Buffer is a Uint8Array whose slice() does not copy, and small ones share one block of memory. */

const tensor = a.pickle(a.dict({ w: a.tensor({ length: 3, offset: 1, shape: [2], strides: [1] }) }));
const storages = { 0: a.floats(1, 2, 3) };
const file = encodeSafetensors({ w: { shape: [2], values: [2, 3] } }, { dtype: 'F16' });
const manifest = { weightsManifest: [{ paths: ['s'], weights: [{ name: 'w', shape: [2], dtype: 'float32' }] }] };
const reader = (bytes: Uint8Array): RangeReader => ({
  description: 'a reader that returns Buffers',
  size: () => Promise.resolve(bytes.length),
  read: (offset, length) => Promise.resolve(Buffer.from(bytes.subarray(offset, offset + length))),
});

it.each([
  ['safetensors(buffer)', () => safetensors(Buffer.from(file))],
  ['safetensors(reader of buffers)', () => safetensors(reader(file))],
  ['torchCheckpoint(buffer), legacy', () => torchCheckpoint(Buffer.from(a.legacy(tensor, storages)))],
  ['torchCheckpoint(reader of buffers), legacy', () => torchCheckpoint(reader(a.legacy(tensor, storages)))],
  ['torchCheckpoint(buffer), zip', () => torchCheckpoint(Buffer.from(a.zipped(tensor, storages)))],
  ['torchCheckpoint(reader of buffers), zip', () => torchCheckpoint(reader(a.zipped(tensor, storages)))],
  [
    'tfjsManifest with shards in buffers',
    () => tfjsManifest(manifest, { readShard: () => Promise.resolve(Buffer.from(a.floats(2, 3))) }),
  ],
])('%s reads the numbers, in memory of their own', async (_, open) => {
  const { values } = await open().read('w');
  expect([...values]).toEqual([2, 3]);
  expect(values.buffer.byteLength).toBe(8);
});
