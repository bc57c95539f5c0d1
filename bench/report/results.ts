import { existsSync, readFileSync } from 'node:fs';
import type { Row } from '../types.js';
import { type Machine, type Versions } from './machine.js';

/** One work as it was measured. */
export interface Measured {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Versions;
  /** Load of the machine before and after; see `load`. */
  readonly load: readonly [before: number, after: number];
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** A file of results: works by name. A work that is measured again replaces what was there. */
export interface Results {
  readonly format: 1;
  readonly works: Readonly<Record<string, Measured>>;
}

/** Reads a file, or begins one. */
export function readResults(file: string): Results {
  if (!existsSync(file)) return { format: 1, works: {} };
  const results = JSON.parse(readFileSync(file, 'utf8')) as Partial<Results>;
  if (results.format !== 1 || results.works === undefined) throw new Error(`${file} is no file of results`);
  return results as Results;
}
