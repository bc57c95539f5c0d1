import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WeightsError } from '../../src/errors.js';
import { encodeSafetensors } from '../../src/models/index.js';
import { fileWeights, folderCache } from '../../src/node/index.js';
import { hasSharedData, sharedArrays, sharedPath } from '../_setup/shared.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pastiche-'));
});
afterAll(() => rm(folder, { recursive: true }));
const put = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  await writeFile(path.join(folder, name), bytes);
  return path.join(folder, name);
};

describe('fileWeights', () => {
  test('fileWeights(x.safetensors) and fileWeights(model.json) read what they hold', async () => {
    const file = await put('a.SAFETENSORS', encodeSafetensors({ a: { shape: [2], values: [1, 2] } }));
    expect([...(await (await fileWeights(file)).read('a')).values]).toEqual([1, 2]);
    await put('shard1', new Uint8Array(new Float32Array([3, 4]).buffer));
    const weights = [{ name: 'b', shape: [2], dtype: 'float32' }];
    const model = await put('model.json', JSON.stringify({ weightsManifest: [{ paths: ['shard1'], weights }] }));
    expect([...(await (await fileWeights(model)).read('b')).values]).toEqual([3, 4]);
  });

  test.each<[string, string, string | Uint8Array, RegExp]>([
    ['another ending', 'a.h5', '', /must end in \.safetensors, \.pth, \.pt, \.json; got '\.h5'/],
    ['no JSON', 'broken.json', '{"weights', /broken\.json must hold JSON; got '\{"weights'/],
    ['a number', 'number.json', '3', /must hold a JSON object; got 3/],
  ])('fileWeights(%s) says so', async (_, name, bytes, message) => {
    const opened = fileWeights(await put(name, bytes));
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toThrow(WeightsError);
  });

  test('fileWeights(missing file) names it', async () => {
    await expect(fileWeights(path.join(folder, 'none.json'))).rejects.toThrow(/none\.json.*ENOENT/);
    await expect((await fileWeights(path.join(folder, 'none.pth'))).entries()).rejects.toThrow(/none\.pth.*ENOENT/);
  });

  test('fileWeights(manifest that points out of its folder) refuses', async () => {
    const weights = [{ name: 'b', shape: [1], dtype: 'float32' }];
    const model = await put(
      'evil.json',
      JSON.stringify({ weightsManifest: [{ paths: ['../../etc/passwd'], weights }] }),
    );
    await expect(fileWeights(model).then((source) => source.read('b'))).rejects.toThrow(WeightsError);
  });

  test.skipIf(!hasSharedData)('fileWeights(real files of three formats) agree', async () => {
    const expected = sharedArrays('weights/ust-encoder-1.safetensors').get('2.weight')!.values;
    for (const name of ['weights/ust-encoder-1.pth', 'weights/ust-encoder-1.safetensors']) {
      const { values } = await (await fileWeights(sharedPath(name))).read('2.weight');
      expect(values).toEqual(expected);
    }
    const keras = await fileWeights(sharedPath('weights/tfjs-vgg19-conv3_4/model.json'));
    expect((await keras.entries()).size).toBe(16);
  });
});

describe('folderCache', () => {
  test('folderCache(folder) puts, gets and deletes, and leaves no drafts', async () => {
    const cache = folderCache(path.join(folder, 'new', 'cache'));
    expect(await cache.get('a.bin')).toBeUndefined();
    await cache.put('a.bin', Uint8Array.of(1, 2));
    await cache.put('a.bin', Uint8Array.of(3));
    expect([...(await cache.get('a.bin'))!]).toEqual([3]);
    expect(await readdir(cache.description)).toEqual(['a.bin']);
    await cache.delete('a.bin');
    await cache.delete('a.bin');
    expect(await cache.get('a.bin')).toBeUndefined();
  });

  test.each(['../a', 'a/b', '..', ''])('folderCache refuses the key %j', async (key) => {
    await expect(folderCache(folder).get(key)).rejects.toThrow("key must be a file's name");
  });
});
