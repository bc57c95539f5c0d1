// Turns every ```ts block of README.md, docs/ and the TSDoc of src/ into a test: .examples/<file>.<line>.test.ts.
// `console.log(expr); // => value` becomes an assertion; a block marked ```ts no-run is type-checked only.
// Then: tsc --noEmit -p tsconfig.examples.json && vitest run --project examples (vitest.config.ts runs this script by itself).
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, '.examples');

/** Files below `start` (relative to the root) with an ending, or the file itself. */
function filesOf(start, ending) {
  const full = path.join(root, start);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [start];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.posix.join(start, name.split(path.sep).join('/')))
    .sort();
}

/** The ts blocks of a file with the line of their fence. In code only the lines of doc comments count. */
function blocksOf(file) {
  const inComments = file.endsWith('.ts');
  const blocks = [];
  let open;
  for (const [index, raw] of readFileSync(path.join(root, file), 'utf8').split('\n').entries()) {
    if (inComments && !/^\s*\*/.test(raw)) continue;
    const text = inComments ? raw.replace(/^\s*\* ?/, '') : raw;
    const fence = /^\s*```(\S*)\s*(.*)$/.exec(text);
    if (fence === null) open?.lines.push(text);
    else if (open === undefined) open = { line: index + 1, language: fence[1], note: fence[2].trim(), lines: [] };
    else {
      if (/^(ts|typescript)$/.test(open.language)) blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the block is never closed`);
  return blocks;
}

/** Imports stay at the top of the module; the rest goes into the test. */
function splitImports(code) {
  const imports = [];
  const body = code.replace(/^import\s[^;]*;[^\S\n]*$/gm, (statement) => {
    imports.push(statement.trim());
    return '';
  });
  return { imports, body };
}

/** `console.log(expr); // => value`, also wrapped over several lines, as an assertion. */
function withAssertions(where, body) {
  const asserted = body.replace(
    /^([^\S\n]*)console\.log\(((?:(?!console\.log)[^;])*)\); \/\/ => (.+)$/gm,
    (_, indent, expression, value) => `${indent}expect(${expression.trim().replace(/,$/, '')}).toEqual(${value});`,
  );
  const left = /^.*\/\/ =>.*$/m.exec(asserted);
  if (left !== null)
    throw new Error(`${where}: this promise is not of the form console.log(expr); // => value: ${left[0]}`);
  return asserted;
}

function testFile(file, { line, note, lines }) {
  if (note !== '' && note !== 'no-run')
    throw new Error(`${file}:${line}: unknown note ${JSON.stringify(note)}; only no-run`);
  const where = `${file}:${line}`;
  const { imports, body } = splitImports(lines.join('\n'));
  const run = note === 'no-run' ? 'test.skip' : 'test';
  return [
    `import { expect, test } from 'vitest';`,
    ...imports,
    '',
    `${run}('${where}', async () => {`,
    withAssertions(where, body).trim(),
    '});',
    'void expect;',
    '',
  ].join('\n');
}

const wanted = new Map();
for (const file of [...filesOf('README.md', '.md'), ...filesOf('docs', '.md'), ...filesOf('src', '.ts')]) {
  for (const block of blocksOf(file)) {
    wanted.set(`${file.replaceAll('/', '.')}.${block.line}.test.ts`, testFile(file, block));
  }
}
// Unchanged files are left alone, so that a run beside another one, or a watcher, is not disturbed.
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) if (!wanted.has(name)) rmSync(path.join(out, name));
for (const [name, text] of wanted) {
  const target = path.join(out, name);
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}
console.log(`${wanted.size} examples in .examples/`);
