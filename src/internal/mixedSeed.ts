/** One seed out of two numbers: neighbouring seeds and steps are far apart. */
export const mixedSeed = (seed: number, step: number): number =>
  (Math.imul(seed, 0x85ebca6b) + Math.imul(step + 1, 0xc2b2ae35)) | 0;
