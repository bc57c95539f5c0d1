/** A source of reproducible random numbers. Each call draws the next one. */
export interface RandomNumbers {
  /** Uniform in `[0, 1)`, a multiple of 2^-24: exact in float32. */
  readonly uniform: () => number;
  /** Normal with mean 0 and deviation 1. */
  readonly normal: () => number;
}

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/**
 * The generator xoshiro128** 1.1 of Blackman and Vigna (32 bits a step, period 2^128 - 1), its state filled from the seed by
 * SplitMix32 (the finaliser of MurmurHash3 over a Weyl sequence). Normal numbers come from the polar method of Marsaglia.
 */
export function randomNumbers(seed: number): RandomNumbers {
  let weyl = seed | 0;
  const splitMix = (): number => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
  let [a, b, c, d] = [splitMix(), splitMix(), splitMix(), splitMix()];

  const uniform = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return (result >>> 8) / 0x1000000;
  };

  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = v * factor;
      return u * factor;
    }
  };
  return { uniform, normal };
}
