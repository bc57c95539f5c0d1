import { randomNumbers, type RandomNumbers } from '../../../src/internal/randomNumbers.js';

/** Seeded decisions, on top of the library's own random numbers. */
export interface Chance extends RandomNumbers {
  between(low: number, high: number): number;
  /** Like {@link between}, with as many numbers in every octave: for sizes and frequencies. */
  octaves(low: number, high: number): number;
  /** A whole number from `low` to `high`, both possible. */
  whole(low: number, high: number): number;
  yes(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  pickWeighted<T extends { readonly weight: number }>(list: readonly T[]): T;
}

export function chance(seed: number): Chance {
  const random = randomNumbers(seed);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const whole = (low: number, high: number): number => low + Math.floor((high - low + 1) * random.uniform());
  return {
    ...random,
    between,
    octaves: (low, high) => low * (high / low) ** random.uniform(),
    whole,
    yes: (probability) => random.uniform() < probability,
    pick: (list) => list[whole(0, list.length - 1)]!,
    pickWeighted: (list) => {
      let left = random.uniform() * list.reduce((sum, { weight }) => sum + weight, 0);
      return list.find(({ weight }) => (left -= weight) < 0) ?? list.at(-1)!;
    },
  };
}
