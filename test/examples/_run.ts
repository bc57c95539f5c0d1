import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** The pictures of this repository, as the programs take them. */
export const pair = ['--content', 'assets/content-harbour.png', '--style', 'assets/style-swirls.png'];

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program of examples/ as people do, without npm in between. `whileRunning` sees all that it has written so far, piece by piece. */
export const runProgram = (
  name: string,
  args: readonly string[],
  whileRunning?: (written: string, child: ChildProcessWithoutNullStreams) => void,
): Promise<Ended> => runFile(`examples/${name}.ts`, args, whileRunning);

/** The same for any program of this repository. */
export function runFile(
  file: string,
  args: readonly string[],
  whileRunning: (written: string, child: ChildProcessWithoutNullStreams) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args]);
  let [stdout, stderr] = ['', ''];
  const hear = (): void => whileRunning(stdout + stderr, child);
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    hear();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
    hear();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
