import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Row, Table, Work } from '../types.js';

const root = path.resolve(import.meta.dirname, '../..');

/** What `.size-limit.mjs` says of an entry. */
interface Entry {
  readonly name: string;
  readonly path: string;
  readonly import?: string;
  readonly limit: string;
}

/** Of an entry of what is published, made before. */
async function bytesOf({ path: entry, import: names = '*' }: Entry): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from './${entry}';`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  const config = pathToFileURL(path.join(root, '.size-limit.mjs')).href;
  const { default: limits } = (await import(config)) as { default: readonly Entry[] };
  for (const entry of limits) {
    const limit = Number.parseFloat(entry.limit) * 1000;
    const common = { case: entry.name, who: 'pastiche', command: 'bytes' };
    rows.push({ ...common, facts: { bytes: await bytesOf(entry), limit } });
  }
  return rows;
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

function sizes(rows: readonly Row[]): Table {
  return {
    head: ['imported', 'gzipped', 'limit of the checks', 'command'],
    rows: rows.map(({ case: name, facts, command }) => [
      name,
      kilobytes(facts!['bytes']!),
      kilobytes(facts!['limit']!),
      command,
    ]),
  };
}

export const bytes: Work = {
  name: 'bytes',
  title: 'Size of what is imported',
  about: 'Bundled and minified by esbuild, gzipped, without TensorFlow.js. The entries are those of `.size-limit.mjs`.',
  cases: () => [{ label: 'all entries', seconds: 3, run }],
  table: sizes,
};
