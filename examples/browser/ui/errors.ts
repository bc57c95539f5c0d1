/** An error as the page shows it. */
export interface Complaint {
  readonly words: string;
  /** What lies behind it, for people who know TensorFlow.js. */
  readonly details?: string;
}

const shortOfMemory = /out of memory|out of bounds|allocation|\boom\b|memory\.grow/i;

/** What broke the painter down, in words; `message` is the browser's or the library's. */
export const breakdown = (message: string): Complaint => ({
  words:
    (shortOfMemory.test(message)
      ? 'There was not enough memory. Choose a smaller size, or another backend.'
      : 'The painter broke down.') + ' It has been started again; your pictures and settings are still here.',
  details: message,
});

/** Any other error: it has words of its own. */
export const complaint = (error: unknown): Complaint => ({
  words: error instanceof Error ? error.message : String(error),
});
