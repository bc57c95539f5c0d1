import { SingleBar } from 'cli-progress';

/** A bar on a terminal, a line every tenth elsewhere. Writes to stderr. */
export function progressBar(total: number) {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: ' {bar} {value}/{total}  loss {loss}  {seconds} s, {left} s left',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        clearOnComplete: false,
      })
    : undefined;
  bar?.start(total, 0, { loss: '...', seconds: 0, left: '?' });
  let printed = 0;
  return {
    update(value: number, loss: number, seconds: number, secondsLeft: number): void {
      const text = { loss: loss.toPrecision(4), seconds: seconds.toFixed(0), left: secondsLeft.toFixed(0) };
      bar?.update(value, text);
      if (bar === undefined && (value - printed >= total / 10 || value === total)) {
        printed = value;
        console.error(`  ${value}/${total}  loss ${text.loss}  ${text.seconds} s, ${text.left} s left`);
      }
    },
    stop(): void {
      bar?.stop();
    },
  };
}
