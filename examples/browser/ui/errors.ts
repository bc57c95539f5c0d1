/** An error as the page shows it. */
export interface Complaint {
  readonly words: string;
  /** What lies behind it, for people who know TensorFlow.js. */
  readonly details?: string;
}

/** Usual reasons of breakdowns by what messages say of them. */
const reasons: readonly (readonly [pattern: RegExp, words: string])[] = [
  [
    /out of memory|out of bounds|allocation|\boom\b|memory\.grow/i,
    'There was not enough memory. Choose a smaller size, or another backend.',
  ],
  [
    /(device|context|gpu)( was)? lost/i,
    'The graphics card was lost: its driver was restarted, or the system took it from this page. ' +
      'Should that happen again, choose the processor.',
  ],
];

/** What broke the painter down, in words; `message` is the browser's or the library's. */
export function breakdown(message: string): Complaint {
  const [, reason] = reasons.find(([pattern]) => pattern.test(message)) ?? [undefined, 'The painter broke down.'];
  const words = `${reason} The painter has been started again; your pictures and settings are still here.`;
  return { words, details: message };
}

/** Any other error: it has words of its own. */
export const complaint = (error: unknown): Complaint => ({
  words: error instanceof Error ? error.message : String(error),
});
