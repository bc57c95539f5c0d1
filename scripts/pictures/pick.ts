import type { RandomNumbers } from '../../src/internal/randomNumbers.js';

/** One of a list, each as likely. */
export const pick = <T>(random: RandomNumbers, from: readonly T[]): T =>
  from[Math.floor(random.uniform() * from.length)]!;
