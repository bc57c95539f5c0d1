import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Facts, Sample, Who } from '../types.js';
import { python } from './python.js';

/** A process of its own, so that threads, caches and memory of one do not touch those of another. It works only when asked. */
export interface Participant {
  readonly who: Who;
  /** Prepares a task and does it once. */
  begin(task: string, options: object): Promise<Facts>;
  run(): Promise<Sample>;
  /** Frees what the task holds. */
  end(): Promise<void>;
  close(): void;
}

/** `pastiche, 2 threads`. */
export const label = ({ name, threads }: Who): string => `${name}, ${threads} thread${threads === 1 ? '' : 's'}`;

/** Why somebody gave no numbers, in a line of a table. */
export const reasonOf = (error: unknown): string => (error as Error).message.slice(0, 200);

function launch({ name, threads }: Who): ChildProcessWithoutNullStreams {
  if (name === 'torch') {
    // torch tells its own kernels how many threads to take, not every BLAS.
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
    return spawn(python(), [path.join(import.meta.dirname, '../torch/peer.py'), String(threads)], {
      stdio: 'pipe',
      env,
    });
  }
  const file = path.join(import.meta.dirname, 'participantProcess.ts');
  return spawn(process.execPath, ['--import', 'tsx', file, name, String(threads)], { stdio: 'pipe' });
}

/** Starts a participant. */
export function start(who: Who): Participant {
  const child = launch(who);
  let said = '';
  let ended = false;
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-2000);
  });
  const waiting: { resolve: (reply: unknown) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)));
  const fail = (why: string): void => {
    ended = true;
    for (const { reject } of waiting.splice(0)) reject(new Error(why));
  };
  child.on('error', (error) => fail(error.message));
  // What was asked of a process that is gone is never answered.
  child.on('close', (code, signal) =>
    fail(`ended with ${signal ?? `code ${code}`}: ${said.trim().split('\n').at(-1)}`),
  );
  child.stdin.on('error', () => undefined);

  const ask = async (request: object): Promise<unknown> => {
    if (ended) throw new Error('the process has ended');
    const reply = await new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    const { error } = reply as { error?: string };
    if (error !== undefined) throw new Error(error);
    return reply;
  };
  return {
    who,
    begin: async (task, options) => (await ask({ begin: task, options })) as Facts,
    run: async () => (await ask({ run: true })) as Sample,
    end: async () => {
      await ask({ end: true });
    },
    close: () => {
      child.stdin.end();
      child.kill();
    },
  };
}
