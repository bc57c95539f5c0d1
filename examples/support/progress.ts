import { SingleBar } from 'cli-progress';

/** A bar on a terminal, a line every tenth elsewhere. Writes to stderr. */
export function progressBar(total: number) {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: ' {bar} {value}/{total}  {note}  {seconds} s, {left} s left',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        clearOnComplete: false,
      })
    : undefined;
  bar?.start(total, 0, { note: '...', seconds: 0, left: '?' });
  let printed = 0;
  return {
    /** `note` says in a few words what has been reached, such as the loss. */
    update(value: number, note: string, seconds: number, secondsLeft: number): void {
      const text = { note, seconds: seconds.toFixed(0), left: secondsLeft.toFixed(0) };
      bar?.update(value, text);
      if (bar === undefined && (value - printed >= total / 10 || value === total)) {
        printed = value;
        console.error(`  ${value}/${total}  ${note}  ${text.seconds} s, ${text.left} s left`);
      }
    },
    stop(): void {
      bar?.stop();
    },
  };
}
