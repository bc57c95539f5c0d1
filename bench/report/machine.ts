import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { torchVersion } from '../processes/python.js';

/** Where something was measured. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
}

/** What was measured; `torch` and others may be absent. */
export type Versions = Readonly<Record<string, string>>;

export const machine = (): Machine => ({
  processor: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.availableParallelism(),
  memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release()}, ${os.arch()}`,
});

/** Processes that wanted to run, on average over the last minute; more than the cores means that this was not a quiet machine. */
export const load = (): number => Number(os.loadavg()[0]!.toFixed(1));

const root = path.resolve(import.meta.dirname, '../..');
const versionIn = (folder: string): string =>
  (JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as { version: string }).version;

/** The commit, with `+` where files have changed since; of the package alone where there is no git. */
function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}

export const versions = (): Versions => ({
  pastiche: `${versionIn('.')}, commit ${commit()}`,
  node: process.versions.node,
  'tfjs-core': versionIn('node_modules/@tensorflow/tfjs-core'),
  'tfjs-backend-wasm': versionIn('node_modules/@tensorflow/tfjs-backend-wasm'),
  'ml-matrix': versionIn('node_modules/ml-matrix'),
  torch: torchVersion() ?? 'absent',
});
