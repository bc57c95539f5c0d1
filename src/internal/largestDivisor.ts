/** The largest divisor of `n` that is at most `most`; both are at least 1. */
export function largestDivisor(n: number, most: number): number {
  let divisor = Math.floor(most);
  while (n % divisor !== 0) divisor -= 1;
  return divisor;
}
