import { runInNewContext } from 'node:vm';
import { decodeStyle, encodeStyle, featureMoments, styleOperator } from 'pastiche/wct';
import { safetensors, tfjsManifest } from 'pastiche/models';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { bytesOf } from '../../src/internal/bytesOf';

/** The same bytes as they come from another realm. */
const foreign = (bytes: Uint8Array): [Uint8Array, ArrayBuffer] =>
  runInNewContext('const copy = Uint8Array.from(bytes); [copy, copy.buffer]', { bytes }) as [Uint8Array, ArrayBuffer];

it('bytesOf(value) are those of a Uint8Array, a Buffer and an ArrayBuffer, of any realm; nothing else has some', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  for (const value of [bytes, bytes.buffer, Buffer.from(bytes), ...foreign(bytes)])
    expect([...bytesOf(value)!]).toEqual([1, 2, 3]);
  for (const value of [undefined, null, 'bytes', [1], new Float32Array(1), new DataView(bytes.buffer)])
    expect(bytesOf(value)).toBeUndefined();
});

it('safetensors(bytes), tfjsManifest(model, { readShard }) and decodeStyle(bytes) take the bytes of another realm', async () => {
  const header = new TextEncoder().encode('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
  const file = new Uint8Array(8 + header.length + 4);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  file.set(new Uint8Array(Float32Array.of(7).buffer), 8 + header.length);
  const relu1_1 = styleOperator(await featureMoments(tf.tensor4d([1, 5, 9, 5], [1, 2, 2, 1])));
  const style = encodeStyle({ relu1_1 });
  const weightsManifest = [{ paths: ['shard'], weights: [{ name: 'a', shape: [1], dtype: 'float32' }] }];
  for (const kind of [0, 1]) {
    expect([...(await safetensors(foreign(file)[kind]!).read('a')).values]).toEqual([7]);
    const readShard = () => Promise.resolve(foreign(new Uint8Array(Float32Array.of(5).buffer))[kind]!);
    expect([...(await tfjsManifest({ weightsManifest }, { readShard }).read('a')).values]).toEqual([5]);
    expect(decodeStyle(foreign(style)[kind]!)).toEqual(decodeStyle(style));
  }
});
