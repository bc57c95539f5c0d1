import { describe, expect, it } from 'vitest';
import { readConvolution, tfjsManifest } from '../../../src/models/weights/index.js';
import { expectWeightsError } from './_build.js';

const f32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const bias = { name: 'c/bias', shape: [2], dtype: 'float32' };
const kernel = { name: 'c/kernel', shape: [1, 1, 1, 2], dtype: 'float32' };

function source(groups: object[], shards: Record<string, Uint8Array | ArrayBuffer>) {
  const asked: string[] = [];
  const readShard = (path: string): Promise<Uint8Array | ArrayBuffer> => {
    asked.push(path);
    return path in shards ? Promise.resolve(shards[path]!) : Promise.reject(new Error('no such file'));
  };
  return { weights: tfjsManifest({ weightsManifest: groups }, { readShard }), asked };
}

describe('tfjsManifest(model, { readShard })', () => {
  it('lists the weights without reading a shard, in the order [h, w, in, out]', async () => {
    const { weights, asked } = source([{ paths: ['a'], weights: [kernel, bias] }], {});
    expect([...(await weights.entries()).keys()]).toEqual(['c/kernel', 'c/bias']);
    expect((await weights.entries()).get('c/kernel')).toMatchObject({ shape: [1, 1, 1, 2], dtype: 'float32' });
    expect(weights.kernelLayout).toBe('HWIO');
    expect(asked).toEqual([]);
  });

  it('reads a convolution', async () => {
    const { weights } = source([{ paths: ['a'], weights: [kernel, bias] }], { a: f32(1, 2, 3, 4) });
    const convolution = await readConvolution(weights, 'c', ['c']);
    expect([...convolution.kernel, ...convolution.bias]).toEqual([1, 2, 3, 4]);
  });

  it('reads only the shards that it needs, and joins those that a weight spans', async () => {
    const all = f32(1, 2, 3, 4, 5, 6);
    const shards = { a: all.slice(0, 6), b: all.slice(6, 18).buffer, c: all.slice(18) };
    const groups = [
      { paths: ['x'], weights: [bias] },
      {
        paths: ['a', 'b', 'c'],
        weights: [
          { name: 'first', shape: [1], dtype: 'float32' },
          { name: 'middle', shape: [3], dtype: 'float32' },
          { name: 'last', shape: [2], dtype: 'float32' },
        ],
      },
    ];
    const one = source(groups, shards);
    expect([...(await one.weights.read('first')).values]).toEqual([1]);
    expect(one.asked).toEqual(['a']);
    expect([...(await one.weights.read('middle')).values]).toEqual([2, 3, 4]);
    expect(one.asked).not.toContain('c');
    expect([...(await one.weights.read('last')).values]).toEqual([5, 6]);
    expect(one.asked).not.toContain('x');
  });

  it.each([
    ['uint8', Uint8Array.of(0, 100, 255), { scale: 0.5, min: -10 }, [-10, 40, 117.5]],
    ['uint16', Uint16Array.of(0, 1000, 65535), { scale: 2, min: 1 }, [1, 2001, 131071]],
    ['float16', Uint16Array.of(0x3c00, 0xc000, 0), {}, [1, -2, 0]],
  ])('restores %s quantisation: scale * q + min', async (dtype, stored, affine, expected) => {
    const weight = { name: 'q', shape: [3], dtype: 'float32', quantization: { dtype, ...affine } };
    const { weights } = source([{ paths: ['a'], weights: [weight] }], { a: new Uint8Array(stored.buffer) });
    expect((await weights.entries()).get('q')?.dtype).toBe(dtype);
    expect([...(await weights.read('q')).values]).toEqual(expected);
  });

  it('reads int32 and bool', async () => {
    const specs = [
      { name: 'i', shape: [1], dtype: 'int32' },
      { name: 'b', shape: [2], dtype: 'bool' },
    ];
    const { weights } = source([{ paths: ['a'], weights: specs }], { a: Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0, 1) });
    expect([...(await weights.read('i')).values]).toEqual([-2]);
    expect([...(await weights.read('b')).values]).toEqual([0, 1]);
  });

  it('names a missing shard only when a weight in it is asked for', async () => {
    const groups = [
      { paths: ['here'], weights: [kernel] },
      { paths: ['gone'], weights: [bias] },
    ];
    const { weights } = source(groups, { here: f32(1, 2) });
    expect([...(await weights.read('c/kernel')).values]).toEqual([1, 2]);
    await expectWeightsError(
      () => weights.read('c/bias'),
      /tfjsManifest: model\.json: shard 'gone' could not be read: Error: no such file/,
    );
  });

  it('refuses shards that are too short or too long for their weights', async () => {
    for (const values of [[1], [1, 2, 3]])
      await expectWeightsError(
        () => source([{ paths: ['a'], weights: [bias] }], { a: f32(...values) }).weights.read('c/bias'),
        /expected 8 bytes in 1 shards; got \d+/,
      );
    await expectWeightsError(
      () => source([{ paths: [], weights: [bias] }], {}).weights.read('c/bias'),
      /expected shards for 8 bytes; got 0/,
    );
  });

  it.each<[what: string, groups: unknown, message: RegExp]>([
    ['no manifest', undefined, /a model\.json with a weightsManifest/],
    ['a group without paths', [{ weights: [] }], /paths of shards/],
    ['a path that leaves the folder', [{ paths: ['a/../../b'], weights: [] }], /paths of shards relative.*\.\./],
    ['an absolute path', [{ paths: ['/etc/hosts'], weights: [] }], /paths of shards relative/],
    ['a path that is a URL', [{ paths: ['https://example.org/x'], weights: [] }], /paths of shards relative/],
    ['a backslash', [{ paths: ['..\\x'], weights: [] }], /paths of shards relative/],
    ['no list of weights', [{ paths: [] }], /a list of weights/],
    ['a nameless weight', [{ paths: [], weights: [{}] }], /a name of its own; got undefined/],
    ['a name twice', [{ paths: [], weights: [bias, bias] }], /a name of its own; got 'c\/bias'/],
    ['a wrong shape', [{ paths: [], weights: [{ ...bias, shape: [-1] }] }], /a shape for 'c\/bias'; got \[-1\]/],
    [
      'an unknown type',
      [{ paths: [], weights: [{ ...bias, dtype: 'string' }] }],
      /'c\/bias' to be one of float32.*got 'string'/,
    ],
    ['an unknown quantisation', [{ paths: [], weights: [{ ...bias, quantization: { dtype: 'int4' } }] }], /got 'int4'/],
    [
      'a scale that is no number',
      [{ paths: [], weights: [{ ...bias, quantization: { dtype: 'uint8', scale: 'x' } }] }],
      /a scale and min/,
    ],
  ])('refuses %s', async (_, groups, message) => {
    const weights = tfjsManifest({ weightsManifest: groups }, { readShard: () => Promise.resolve(new Uint8Array(0)) });
    await expectWeightsError(() => weights.entries(), message);
  });

  it('needs readShard beside a parsed model.json, and bytes from it', async () => {
    expect(() => tfjsManifest({ weightsManifest: [] })).toThrow(/expected the option readShard/);
    const weights = tfjsManifest(
      { weightsManifest: [{ paths: ['a'], weights: [bias] }] },
      { readShard: () => Promise.resolve('text' as unknown as ArrayBuffer) },
    );
    await expectWeightsError(() => weights.read('c/bias'), /shard 'a'.*got 'text'/);
  });

  it('says which names there are when asked for another', async () => {
    await expectWeightsError(
      () => source([{ paths: [], weights: [bias] }], {}).weights.read('d'),
      /expected one of 'c\/bias'; got 'd'/,
    );
  });
});
