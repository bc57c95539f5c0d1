import { describe, expect, it } from 'vitest';
import { halfToNumber, numberToHalf, toFloat32 } from '../../../src/models/weights/dtypes.js';

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('halfToNumber, numberToHalf', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])('agree on the bits %i and the number %d', (bits, value) => {
    expect(halfToNumber(bits)).toBe(value);
    expect(numberToHalf(value)).toBe(bits);
  });

  it('halfToNumber(bits) gives NaN for a NaN, numberToHalf(NaN) a NaN, numberToHalf(-0) the sign', () => {
    expect(halfToNumber(0x7c01)).toBeNaN();
    expect(halfToNumber(numberToHalf(NaN))).toBeNaN();
    expect(numberToHalf(-0)).toBe(0x8000);
  });

  it('numberToHalf(halfToNumber(bits)) is bits for every finite number', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) !== 0x7c00 && numberToHalf(halfToNumber(bits)) !== bits) expect(bits).toBe('the same bits');
    }
  });

  it('numberToHalf(value) rounds to the nearest, ties to even', () => {
    const spacing = 2 ** -10; // of half precision in 1..2
    expect(numberToHalf(1 + spacing / 2)).toBe(0x3c00);
    expect(numberToHalf(1 + spacing * 1.5)).toBe(0x3c02);
    expect(numberToHalf(1 + spacing * 0.51)).toBe(0x3c01);
    expect(numberToHalf(2 - spacing / 4)).toBe(0x4000);
    expect(numberToHalf(65519)).toBe(0x7bff);
    expect(numberToHalf(65520)).toBe(0x7c00);
    expect(numberToHalf(2 ** -25)).toBe(0);
    expect(numberToHalf(2 ** -25 * 1.01)).toBe(1);
  });
});

describe('toFloat32', () => {
  it.each([
    ['F32', Float32Array.of(1.5, -2), [1.5, -2]],
    ['F64', Float64Array.of(0.1, -2), [Math.fround(0.1), -2]],
    ['F16', Uint16Array.of(0x3c00, 0xc000), [1, -2]],
    ['BF16', Uint16Array.of(0x3f80, 0xc040), [1, -3]],
    ['I64', BigInt64Array.of(-5n, 7n), [-5, 7]],
    ['U64', BigUint64Array.of(5n), [5]],
    ['I32', Int32Array.of(-5), [-5]],
    ['U32', Uint32Array.of(4e9), [4e9]],
    ['I16', Int16Array.of(-5), [-5]],
    ['U16', Uint16Array.of(65535), [65535]],
    ['I8', Int8Array.of(-5), [-5]],
    ['U8', Uint8Array.of(255), [255]],
    ['BOOL', Uint8Array.of(0, 1, 2), [0, 1, 1]],
  ])('(%s) gives the numbers as float32', (dtype, stored, expected) => {
    expect([...toFloat32(dtype, bytesOf(stored))!]).toEqual(expected);
  });

  it('does not mind where the bytes stand, and never shares their memory', () => {
    const odd = new Uint8Array(9);
    odd.set(bytesOf(Float32Array.of(1, 2)), 1);
    const values = toFloat32('F32', odd.subarray(1))!;
    odd.fill(0);
    expect([...values]).toEqual([1, 2]);
  });

  it('returns undefined for a type without real values', () => {
    expect(toFloat32('C64', new Uint8Array(8))).toBeUndefined();
    expect(toFloat32('constructor', new Uint8Array(8))).toBeUndefined();
  });
});
