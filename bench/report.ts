// Writes the tables and plots of docs/performance.md from a file of results: npm run bench:report [FILE]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { table } from '../examples/support/table.js';
import { markdownTable, replaceBetween } from './report/markdown.js';
import { svg } from './report/svg.js';
import { targetsTable } from './report/targets.js';
import { type Measured, readResults } from './results.js';
import { works } from './works/index.js';

const docs = path.resolve(import.meta.dirname, '../docs');
const page = path.join(docs, 'performance.md');
const results = readResults(process.argv[2] ?? path.join(import.meta.dirname, 'results/two-cores.json'));

/** Where and when, under a table. */
function circumstances({ date, command, machine, versions, load }: Measured): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured ${date.replace('T', ' ')} UTC by \`${command}\` on ${machine.processor}, ${machine.cores} cores, ` +
    `${machine.memoryGigabytes} GB, ${machine.system}; load ${load[0]} before and ${load[1]} after; ${used.join(', ')}.`
  );
}

let text = readFileSync(page, 'utf8');
for (const work of works) {
  const measured = results.works[work.name];
  if (measured === undefined) {
    console.warn(`${work.name} was not measured; the page keeps what it says`);
    continue;
  }
  const plots = (work.plots?.(measured.rows) ?? []).filter(({ series }) =>
    series.some(({ points }) => points.length > 1),
  );
  for (const plot of plots) writeFileSync(path.join(docs, `images/bench-${plot.name}.svg`), svg(plot));
  const parts = [
    work.about,
    markdownTable(work.table(measured.rows)),
    circumstances(measured),
    ...plots.map(({ name, title }) => `![${title}](images/bench-${name}.svg)`),
  ];
  text = replaceBetween(text, work.name, parts.join('\n\n'));
}
const targets = targetsTable(results);
text = replaceBetween(text, 'targets', markdownTable(targets));
writeFileSync(page, text);
console.log(table([targets.head, ...targets.rows]));
