import { describe, expect, it } from 'vitest';
import { encodeSafetensors, safetensors, type WeightFile } from '../../../src/models/weights/index.js';
import { expectWeightsError, rawSafetensors } from './_build.js';

const f32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };

describe('safetensors(bytes)', () => {
  const file = rawSafetensors(
    {
      __metadata__: { format: 'pt' },
      a: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
      b: { dtype: 'I64', shape: [1], data_offsets: [8, 16] },
      none: { dtype: 'F32', shape: [0, 3], data_offsets: [16, 16] },
    },
    f32(1.5, -2, 0, 0),
  );

  it('lists the arrays with shape and stored type', async () => {
    const entries = await safetensors(file).entries();
    expect([...entries.keys()]).toEqual(['a', 'b', 'none']);
    expect(entries.get('a')).toMatchObject({ dtype: 'F32', shape: [2, 1] });
  });

  it('reads one array, empty ones too', async () => {
    const source = safetensors(file);
    expect(await source.read('a')).toEqual({ shape: [2, 1], values: Float32Array.of(1.5, -2) });
    expect(await source.read('none')).toEqual({ shape: [0, 3], values: new Float32Array(0) });
  });

  it('hands out the metadata', async () => {
    expect(await safetensors(file).metadata()).toEqual({ format: 'pt' });
  });

  it('takes an ArrayBuffer and a view with an offset', async () => {
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    for (const bytes of [file.slice().buffer, shifted.subarray(3)])
      expect([...(await safetensors(bytes).read('a')).values]).toEqual([1.5, -2]);
  });

  it("returns numbers that are the caller's: writing to them does not change the file", async () => {
    const source = safetensors(file);
    (await source.read('a')).values.fill(7);
    expect([...(await source.read('a')).values]).toEqual([1.5, -2]);
  });

  it('stops when it is aborted', async () => {
    await expect(safetensors(file).entries({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  it('says which names there are when asked for another', async () => {
    await expectWeightsError(() => safetensors(file).read('c'), /safetensors.*'a', 'b', 'none'.*got 'c'/);
    await expectWeightsError(() => safetensors(file).read('__proto__'), /got '__proto__'/);
  });

  it('does not read types that are no floats, but names them', async () => {
    await expectWeightsError(() => safetensors(file).read('b'), /'b'.*F32, F16, BF16, F64.*'I64'/);
  });

  it('refuses what is neither bytes nor a place at once', () => {
    expect(() => safetensors(42 as unknown as WeightFile)).toThrow(/safetensors: expected bytes.*got 42/);
    expect(() => safetensors('https://')).toThrow(/expected a URL; got 'https:\/\/'/);
  });
});

describe('safetensors(bytes) refuses', () => {
  const json = (header: unknown): Uint8Array => rawSafetensors(header, f32(1));
  it.each<[what: string, file: Uint8Array, message: RegExp]>([
    ['an empty file', new Uint8Array(0), /at least 10 bytes; got 0/],
    ['a header longer than the file', rawSafetensors({ a: one }, f32(1), 1000), /header of 2\.\.\d+ bytes; got 1000/],
    ['a header of 2^63 bytes', rawSafetensors({ a: one }, f32(1), 2 ** 63), /got 9223372036854776000/],
    ['a header that is no JSON', json('{"a":'), /JSON/],
    ['a header that is no UTF-8', json('{}').fill(0xff, 8), /JSON/],
    ['a header that is no object', json('[1]'), /JSON object/],
    ['a name twice', json(`{"a":${JSON.stringify(one)},"\\u0061":${JSON.stringify(one)}}`), /once; got 'a' twice/],
    ['metadata that are no strings', json({ __metadata__: { x: 1 }, a: one }), /__metadata__/],
    ['an entry that is no object', json({ a: null }), /'a'.*dtype/],
    ['a missing shape', json({ a: { ...one, shape: undefined } }), /'a'.*shape; got undefined/],
    ['a negative side', json({ a: { ...one, shape: [-1] } }), /shape; got \[-1\]/],
    ['a fractional side', json({ a: { ...one, shape: [0.5] } }), /shape; got \[0.5\]/],
    ['a shape too large to count', json({ a: { ...one, shape: [2 ** 50, 2 ** 50] } }), /shape/],
    ['offsets past the end', json({ a: { ...one, shape: [2], data_offsets: [0, 8] } }), /within 0\.\.4; got \[0, 8\]/],
    ['offsets that run backwards', json({ a: { ...one, data_offsets: [4, 0] } }), /data_offsets/],
    ['three offsets', json({ a: { ...one, data_offsets: [0, 4, 4] } }), /data_offsets/],
    ["a size that is not the shape's", json({ a: { ...one, shape: [2] } }), /expected 8 bytes for F32 \[2\]; got 4/],
    [
      'a shape nested 100000 deep',
      json(`{"a":{"dtype":"F32","data_offsets":[0,4],"shape":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`),
      /shape; got a list of 1/,
    ],
    ['a name of a million letters', json({ ['a'.repeat(1e6)]: {} }), /^.{0,300}$/],
    ['overlapping arrays', json({ a: one, b: one }), /expected its data at 4.*got 0/],
    ['a hole between arrays', rawSafetensors({ b: { ...one, data_offsets: [4, 8] } }, f32(0, 1)), /at 0.*got 4/],
    ['something appended', rawSafetensors({ a: one }, f32(1, 2)), /expected 4 bytes of data; got 8/],
    ['a truncated file', rawSafetensors({ a: one }, f32(1)).subarray(0, -1), /within 0\.\.3/],
  ])('%s', async (_, bytes, message) => {
    await expectWeightsError(() => safetensors(bytes).entries(), message, /^safetensors: bytes in memory: /);
  });
});

describe('encodeSafetensors(arrays)', () => {
  it('writes what safetensors reads: F32 exactly', async () => {
    const values = Float32Array.of(0.1, -2.5e-30, 3e38, 0);
    const source = safetensors(encodeSafetensors({ x: { shape: [2, 2], values }, s: { shape: [], values: [7] } }));
    expect([...(await source.entries()).keys()]).toEqual(['x', 's']);
    expect(await source.read('x')).toEqual({ shape: [2, 2], values });
    expect(await source.read('s')).toEqual({ shape: [], values: Float32Array.of(7) });
  });

  it('writes F16 within 2^-11 of the value', async () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10 ** ((i % 7) - 3));
    const read = await safetensors(encodeSafetensors({ x: { shape: [1000], values } }, { dtype: 'F16' })).read('x');
    for (let i = 0; i < 1000; i++)
      expect(Math.abs(read.values[i]! - values[i]!)).toBeLessThanOrEqual(
        Math.max(2 ** -11 * Math.abs(values[i]!), 2 ** -25),
      );
  });

  it('aligns the data to 8 bytes and fills with spaces, as the format asks', () => {
    for (const name of ['a', 'ab', 'abc', 'abcd']) {
      const bytes = encodeSafetensors({ [name]: { shape: [1], values: [1] } });
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect(length % 8).toBe(0);
      expect(bytes.length).toBe(8 + length + 4);
      expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toMatch(/^\{.*\} *$/);
    }
  });

  it('keeps metadata and any name', async () => {
    const arrays = Object.fromEntries([['__proto__', { shape: [1], values: [3] }]]);
    const source = safetensors(encodeSafetensors(arrays, { metadata: { license: 'MIT' } }));
    expect(await source.metadata()).toEqual({ license: 'MIT' });
    expect([...(await source.read('__proto__')).values]).toEqual([3]);
  });

  it('refuses values that do not fill the shape, and float16 overflow', () => {
    expect(() => encodeSafetensors({ x: { shape: [3], values: [1] } })).toThrow(/'x'.*\[3\].*got 1/);
    expect(() => encodeSafetensors({ x: { shape: [1], values: [1e6] } }, { dtype: 'F16' })).toThrow(
      /'x'.*65504.*got 1000000/,
    );
    expect(() => encodeSafetensors({ __metadata__: { shape: [1], values: [1] } })).toThrow(/__metadata__/);
    expect(() => encodeSafetensors({}, { dtype: 'F8' as 'F16' })).toThrow(
      /dtype must be one of 'F32', 'F16'; got 'F8'/,
    );
  });
});
