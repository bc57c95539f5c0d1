// Writes the tables of docs/backends.md: the largest deviation of every primitive on every backend from float64.
//   npm run deviations            (about two minutes on two cores; Chromium is needed, and its GPU is a processor unless GPU=1)
// The first table is measured against test/deviations/reference, the second against PyTorch's values in ../shared/data; without
// that folder it stays as it is.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import prettier from 'prettier';
import { type TestModule, startVitest } from 'vitest/node';

const guide = path.resolve(import.meta.dirname, '../docs/backends.md');
const columns = [
  ['cpu', 'cpu'],
  ['wasm', 'wasm, Node'],
  ['wasm-browser', 'wasm'],
  ['webgl', 'webgl'],
  ['webgpu', 'webgpu'],
] as const;
const tables = {
  float64: ['losses', 'networks', 'transforms'],
  pytorch: ['golden'],
} as const;

/** Deviations by primitive, then by project. */
type Rows = Map<string, Map<string, number>>;

function rowsOf(modules: readonly TestModule[], files: readonly string[]): Rows {
  const rows: Rows = new Map();
  for (const file of files) {
    for (const module of modules.filter(({ moduleId }) => path.basename(moduleId) === `${file}.deviations.ts`)) {
      for (const test of module.children.allTests('passed')) {
        const row = rows.get(test.name) ?? new Map<string, number>();
        // A browser's project is called `webgl (chromium)`.
        row.set(module.project.name.split(' ')[0]!, test.meta().deviation!);
        rows.set(test.name, row);
      }
    }
  }
  return rows;
}

/** `2e-7`; `0` where every number is the same. */
const short = (value: number): string => (value === 0 ? '0' : value.toExponential(0));

function tableOf(rows: Rows): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['primitive', ...columns.map(([, title]) => title)]),
    line(['---', ...columns.map(() => '---')]),
    ...[...rows].map(([primitive, row]) => line([primitive, ...columns.map(([project]) => short(row.get(project)!))])),
  ].join('\n');
}

const vitest = await startVitest('test', [], { config: 'vitest.deviations.config.ts', watch: false });
const modules = vitest.state.getTestModules();
await vitest.close();

const measured = new Set(modules.map(({ project }) => project.name.split(' ')[0]!));
const missing = columns.filter(([project]) => !measured.has(project)).map(([, title]) => title);
if (!modules.every((module) => module.ok()) || missing.length > 0) {
  const reason = missing.length > 0 ? `nothing was measured on ${missing.join(', ')}` : 'a deviation is too large';
  console.error(`docs/backends.md is left as it is: ${reason}.`);
  process.exitCode = 1;
} else {
  let text = await readFile(guide, 'utf8');
  for (const [name, files] of Object.entries(tables)) {
    const rows = rowsOf(modules, files);
    if (rows.size === 0) {
      console.warn(`The table "${name}" of docs/backends.md is left as it is: ../shared/data is not there.`);
      continue;
    }
    const place = new RegExp(`(<!-- deviations: ${name} -->).*?(<!-- end -->)`, 's');
    if (!place.test(text)) throw new Error(`docs/backends.md has no place for the table "${name}"`);
    text = text.replace(place, (_, begin: string, end: string) => `${begin}\n\n${tableOf(rows)}\n\n${end}`);
  }
  const options = await prettier.resolveConfig(guide);
  await writeFile(guide, await prettier.format(text, { ...options, filepath: guide }));
  console.log('docs/backends.md is written.');
}
