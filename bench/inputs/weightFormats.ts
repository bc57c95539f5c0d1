import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type WeightArray, encodeSafetensors, safetensors } from '../../src/index.js';
import { toHwio } from '../../src/models/weights/kernelLayout.js';
import { python, torchVersion } from '../processes/python.js';
import { allArrays } from '../../examples/support/weights.js';
import { temporaryFile } from './files.js';

/** The converter of TensorFlow.js writes shards of this size. */
const shardBytes = 4 * 2 ** 20;

/** A `model.json` and its shards: kernels in the order of TensorFlow.js, one array after the other. */
function manifest(arrays: Readonly<Record<string, WeightArray>>): Map<string, Uint8Array> {
  const entries = Object.entries(arrays).map(([name, array]) => [name, toKeras(array)] as const);
  const all = Buffer.concat(
    entries.map(([, { values }]) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  const count = Math.ceil(all.length / shardBytes);
  const paths = Array.from({ length: count }, (_, i) => `shard${i + 1}of${count}`);
  const weights = entries.map(([name, { shape }]) => ({
    name: name.replace('.weight', '/kernel').replace('.bias', '/bias'),
    shape,
    dtype: 'float32',
  }));
  const model = { format: 'layers-model', weightsManifest: [{ paths, weights }] };
  const shards = paths.map((name, i) => [name, all.subarray(i * shardBytes, (i + 1) * shardBytes)] as const);
  return new Map<string, Uint8Array>([['model.json', Buffer.from(JSON.stringify(model))], ...shards]);
}

/** `[out, in, h, w]` to `[h, w, in, out]`; biases as they are. */
function toKeras({ shape, values }: WeightArray): WeightArray {
  if (shape.length !== 4) return { shape, values };
  const [output, input, h, w] = shape as [number, number, number, number];
  return { shape: [h, w, input, output], values: toHwio({ shape, values }) };
}

/** The same weights in every format: the files, and the one to open. A format that cannot be written here says why. */
export async function weightFormats(file: string) {
  const arrays = await allArrays(safetensors(readFileSync(file)));
  const one = (bytes: Uint8Array) => ({ files: new Map([['weights', bytes]]), open: 'weights' });
  return {
    safetensors: one(readFileSync(file)),
    'safetensors, float16': one(encodeSafetensors(arrays, { dtype: 'F16' })),
    'tfjs manifest': { files: manifest(arrays), open: 'model.json' },
    'torch checkpoint':
      torchVersion() === undefined ? { missing: 'torch, which writes it, is not installed' } : one(saved(file)),
  } as const;
}

/** What `torch.save` makes of a safetensors file. */
function saved(file: string): Uint8Array {
  const checkpoint = temporaryFile('checkpoint.pth');
  execFileSync(python(), [path.join(import.meta.dirname, '../torch/save.py'), file, checkpoint]);
  return readFileSync(checkpoint);
}
