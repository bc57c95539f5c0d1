import type { RandomNumbers } from '../../internal/randomNumbers.js';

/**
 * What stands at place `i` of an endless list that shows each of `count` indices once, in the random order of its epoch, before
 * any again.
 *
 * @param numbersOf - the random numbers of an epoch, from the first on
 */
export function epochOrder(count: number, numbersOf: (epoch: number) => RandomNumbers): (i: number) => number {
  let shuffled: { epoch: number; order: number[] } | undefined;
  return (i) => {
    const epoch = Math.floor(i / count);
    if (shuffled?.epoch !== epoch) {
      const { uniform } = numbersOf(epoch);
      const order = Array.from({ length: count }, (_, k) => k);
      for (let k = count - 1; k > 0; k--) {
        const other = Math.floor(uniform() * (k + 1));
        [order[k], order[other]] = [order[other]!, order[k]!];
      }
      shuffled = { epoch, order };
    }
    return shuffled.order[i % count]!;
  };
}
