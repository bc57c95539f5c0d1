/** The largest divisor of `n` that is at most `most`; both are whole numbers of at least 1. */
export function largestDivisor(n: number, most: number): number {
  let divisor = most;
  while (n % divisor !== 0) divisor -= 1;
  return divisor;
}
