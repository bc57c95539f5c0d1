import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DecoderTask } from './decoderProcess.js';
import type { FinishedStage } from './stages.js';

const script = fileURLToPath(new URL('decoderProcess.ts', import.meta.url));

/** Trains one decoder in a process of its own. */
function trainOne(task: DecoderTask, signal: AbortSignal): Promise<FinishedStage> {
  const child = fork(script, { serialization: 'advanced' });
  const interrupt = (): void => {
    child.kill('SIGINT');
  };
  signal.addEventListener('abort', interrupt);
  return new Promise<FinishedStage>((resolve, reject) => {
    child.once('message', (stage: FinishedStage) => {
      resolve(stage);
    });
    child.once('error', reject);
    // Comes after the last message, also when the process died.
    child.once('disconnect', () => {
      reject(new Error(`decoder ${task.level}: not finished; the same command goes on from there`));
    });
    child.send(task);
  }).finally(() => {
    signal.removeEventListener('abort', interrupt);
  });
}

/** Trains decoders, so many at a time, the longest first. When one fails, no other is begun. */
export async function trainDecoders(
  tasks: readonly DecoderTask[],
  processes: number,
  signal: AbortSignal,
): Promise<Map<number, FinishedStage>> {
  const waiting = [...tasks].sort((a, b) => b.level - a.level);
  const finished = new Map<number, FinishedStage>();
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
      try {
        finished.set(task.level, await trainOne(task, signal));
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
  };
  const ends = await Promise.allSettled(Array.from({ length: processes }, work));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return finished;
}
