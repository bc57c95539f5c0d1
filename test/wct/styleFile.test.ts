import { decodeStyle, encodeStyle, styleOperator, type StyleOperator } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { randomNumbers, relativeL2 } from '../_setup/compare.js';
import { style } from './_fixture.js';
import { momentsOf, reluRows } from './_matrices.js';

const operators: Record<string, StyleOperator> = {
  relu1_1: styleOperator(momentsOf(reluRows(30, 3, 1))),
  'relu2_1 ü': styleOperator(style),
};

interface Header {
  __metadata__: { format: string; version: string; operators: string };
  [tensor: string]: unknown;
}

/** The file of one operator with its header changed, its length put right. */
function forge(change: (header: Header) => unknown, precision: 'float32' | 'float64' = 'float32'): Uint8Array {
  const file = encodeStyle({ a: operators['relu1_1']! }, { precision });
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Header;
  const changed = change(header) ?? header;
  const json = new TextEncoder().encode(typeof changed === 'string' ? changed : JSON.stringify(changed));
  const result = new Uint8Array(8 + json.length + file.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(json.length), true);
  result.set(json, 8);
  result.set(file.subarray(8 + length), 8 + json.length);
  return result;
}

/** Changes the summary of the operator. */
const summary = (change: (a: Record<string, unknown>) => void) => (header: Header) => {
  const all = JSON.parse(header.__metadata__.operators) as { a: Record<string, unknown> };
  change(all.a);
  header.__metadata__.operators = JSON.stringify(all);
};

describe('encodeStyle and decodeStyle', () => {
  it("decodeStyle(encodeStyle(operators, { precision: 'float64' })) is exactly the operators", () => {
    expect(decodeStyle(encodeStyle(operators, { precision: 'float64' }))).toEqual(operators);
  });

  it('decodeStyle(encodeStyle(operators)) is the operators within float32', () => {
    const file = encodeStyle(operators);
    const decoded = decodeStyle(file);
    expect(Object.keys(decoded)).toEqual(Object.keys(operators));
    for (const [name, { rank, samples, channels, sqrt, mean }] of Object.entries(operators)) {
      const copy = decoded[name]!;
      expect([copy.rank, copy.samples, copy.channels]).toEqual([rank, samples, channels]);
      expect(relativeL2(copy.sqrt, sqrt)).toBeLessThan(1e-7);
      expect(relativeL2(copy.mean, mean)).toBeLessThan(1e-7);
    }
    // C^2 + 2 C numbers an operator, and a header.
    expect(file.length).toBeLessThan(4 * (15 + 24) + 1000);
  });

  it('decodeStyle(bytes) takes an ArrayBuffer and a view at any offset', () => {
    const file = encodeStyle(operators);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(decodeStyle(shifted.subarray(3))).toEqual(decodeStyle(file.buffer));
  });

  it("decodeStyle(bytes) takes Node's Buffer, whose slice does not copy", () => {
    class Buffer extends Uint8Array {
      override slice(begin?: number, end?: number): Uint8Array<ArrayBuffer> {
        return this.subarray(begin, end);
      }
    }
    const file = encodeStyle(operators, { precision: 'float64' });
    const pool = new Buffer(file.length + 24);
    pool.set(file, 16);
    expect(decodeStyle(pool.subarray(16, 16 + file.length))).toEqual(operators);
  });

  it('encodeStyle(operators) writes a safetensors file: aligned header, contiguous F32 arrays', () => {
    const file = encodeStyle({ a: operators['relu1_1']! });
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Header;
    expect(header['a/sqrt']).toEqual({ dtype: 'F32', shape: [3, 3], data_offsets: [24, 60] });
    expect(file.length).toBe(8 + length + 60);
  });

  it('decodeStyle(bytes) keeps names that are special in JavaScript', () => {
    const odd = Object.fromEntries([
      ['__proto__', operators['relu1_1']!],
      ['constructor', operators['relu1_1']!],
    ]);
    const decoded = decodeStyle(encodeStyle(odd));
    expect(Object.keys(decoded)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });

  it('encodeStyle(operators) throws on nothing, on bad numbers and on unknown precisions', () => {
    expect(() => encodeStyle({})).toThrow('encodeStyle: operators must hold at least one style operator; got none');
    const bad = { ...operators['relu1_1']!, mean: new Float64Array([1, Infinity, 2]) };
    expect(() => encodeStyle({ bad })).toThrow(
      "operators['bad'].mean must hold finite numbers; got Infinity at index 1",
    );
    const huge = { ...operators['relu1_1']!, mean: new Float64Array([1, 1e39, 2]) };
    expect(() => encodeStyle({ huge })).toThrow("operators['huge'].mean must fit float32; use the precision 'float64'");
    expect(decodeStyle(encodeStyle({ huge }, { precision: 'float64' }))).toEqual({ huge });
    expect(() => encodeStyle({ ['x'.repeat(1 << 20)]: huge }, { precision: 'float64' })).toThrow(
      'header of at most 1048576 bytes',
    );
    expect(() => encodeStyle(operators, { precision: 'half' as 'float32' })).toThrow(
      "'float32', 'float64'; got 'half'",
    );
  });

  it('decodeStyle(bytes) throws on every truncation, and on anything behind the end', () => {
    const file = encodeStyle({ a: operators['relu1_1']! });
    for (let length = 0; length < file.length; length++)
      expect(() => decodeStyle(file.slice(0, length))).toThrow('decodeStyle: ');
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(() => decodeStyle(longer)).toThrow('but there are 61 bytes of data');
  });

  it.each<[string, (header: Header) => unknown, string]>([
    ['a header that is not JSON', () => '{', 'the header is not JSON'],
    ['a header that is a list', () => '[]', 'the header must be an object'],
    ['no metadata', () => ({}), 'this is not a style file'],
    ['another format', (h) => void (h.__metadata__.format = 'pt'), "the format must be 'pastiche-style'; got 'pt'"],
    ['a later version', (h) => void (h.__metadata__.version = '2'), "the version must be '1'; got '2'"],
    [
      'operators that are not text',
      (h) => void ((h.__metadata__ as { operators: unknown }).operators = 1),
      'must be text; got 1',
    ],
    ['operators that are not JSON', (h) => void (h.__metadata__.operators = '!'), 'the list of operators is not JSON'],
    ['no operators', (h) => void (h.__metadata__.operators = '{}'), 'the file holds no operator'],
    ['a missing array', (h) => delete h['a/sqrt'] && undefined, "'a/sqrt' is missing"],
    [
      'another dtype',
      (h) => void ((h['a/mean'] as { dtype: string }).dtype = 'I64'),
      "'a/mean' must be F32 or F64; got 'I64'",
    ],
    [
      'another shape',
      (h) => void ((h['a/sqrt'] as { shape: number[] }).shape = [9]),
      "'a/sqrt' must have the shape [3, 3]; got [9]",
    ],
    [
      'overlapping arrays',
      (h) => void ((h['a/deviation'] as { data_offsets: number[] }).data_offsets = [0, 12]),
      'must lie at [12, 24]; got [0, 12]',
    ],
    [
      'offsets that are not numbers',
      (h) => void ((h['a/mean'] as { data_offsets: unknown }).data_offsets = ['0', '12']),
      'must lie at [0, 12]',
    ],
    [
      'too many channels',
      summary((a) => (a['channels'] = 1e9)),
      'must have a whole number of channels; got 1000000000',
    ],
    ['broken channels', summary((a) => (a['channels'] = 1.5)), 'must have a whole number of channels; got 1.5'],
    ['a rank above the channels', summary((a) => (a['rank'] = 4)), 'a.rank must be a whole number in 0..3; got 4'],
    ['negative samples', summary((a) => (a['samples'] = -1)), 'a.samples must be a number of at least 0; got -1'],
    ['no samples', summary((a) => delete a['samples']), 'a.samples must be a number'],
  ])('decodeStyle(bytes) throws on %s', (_, change, message) => {
    expect(() => decodeStyle(forge(change))).toThrow(message);
  });

  it('decodeStyle(bytes) throws on numbers that are not finite', () => {
    const file = encodeStyle({ a: operators['relu1_1']! });
    new DataView(file.buffer).setFloat32(file.length - 4, NaN, true);
    expect(() => decodeStyle(file)).toThrow('a.sqrt must hold finite numbers; got NaN at index 8');
  });

  it('decodeStyle(bytes) throws on a header longer than the file, without allocating it', () => {
    const file = encodeStyle(operators);
    new DataView(file.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(() => decodeStyle(file)).toThrow('got 9223372036854775808');
  });

  it('decodeStyle(bytes) of random damage either throws its own error or returns finite operators', () => {
    const next = randomNumbers(5);
    const file = encodeStyle(operators);
    for (let round = 0; round < 300; round++) {
      const damaged = file.slice();
      for (let k = 0; k < 3; k++) damaged[Math.floor(next() * file.length)] = Math.floor(next() * 256);
      try {
        for (const { sqrt } of Object.values(decodeStyle(damaged))) expect(sqrt.every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(String(error)).toContain('decodeStyle: ');
      }
    }
  });

  it('decodeStyle(bytes) throws on what is not bytes', () => {
    expect(() => decodeStyle('x' as unknown as Uint8Array)).toThrow("must be a Uint8Array or an ArrayBuffer; got 'x'");
  });
});
