const title = document.title;

/** What is painted goes on while the page is hidden: its tab says how far it has come, and that it is done. */
export function tab() {
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && document.body.dataset['state'] !== 'painting') document.title = title;
  });
  return {
    /** How far a run has come, 0..1. */
    progress(fraction: number): void {
      document.title = `${Math.round(100 * fraction)} % · ${title}`;
    },
    /** A run is over. Stays until somebody looks. */
    rest(words: string): void {
      document.title = document.hidden ? `${words} · ${title}` : title;
    },
  };
}
