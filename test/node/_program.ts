import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** The address of a module of the library, as source text. */
export const moduleUrl = (file: string): string => JSON.stringify(pathToFileURL(path.resolve(file)).href);

/** Runs a program in a process of its own, to its own end, and returns what it prints last as JSON. */
export async function program(source: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  // Inside the repository, so that it finds the packages.
  const folder = await mkdtemp(path.resolve('node_modules', '.program-'));
  try {
    const file = path.join(folder, 'program.mjs');
    await writeFile(file, source);
    const options = { timeout: 100_000, env: { ...process.env, ...env } };
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], options);
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  } finally {
    await rm(folder, { recursive: true });
  }
}
