import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type WeightArray, encodeSafetensors } from '../../src/index.js';

/* What every participant reads lies in files: a temporary folder, and one beside the repository. */

let folder: string | undefined;

/** A path in a temporary folder that is gone with this process. */
export function temporaryFile(name: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(path.join(tmpdir(), 'bench-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return path.join(folder, name);
}

/** A file beside the repository that is not part of it; `undefined` where it is absent. */
export function sharedFile(name: string): string | undefined {
  const file = path.resolve(import.meta.dirname, '../../../shared/data', name);
  return existsSync(file) ? file : undefined;
}

type Arrays = Readonly<Record<string, WeightArray>>;

const written = new Map<string, string>();

/** Writes arrays once under a name; the path of the file. */
export async function arraysFile(name: string, make: () => Arrays | Promise<Arrays>): Promise<string> {
  const known = written.get(name);
  if (known !== undefined) return known;
  const file = temporaryFile(`${name}.safetensors`);
  writeFileSync(file, encodeSafetensors(await make()));
  written.set(name, file);
  return file;
}
