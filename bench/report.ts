// Writes the tables and plots of docs/performance.md from a file of results: npm run bench:report [FILE]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { table } from '../examples/support/table.js';
import { fillPage } from './report/page.js';
import { readResults } from './report/results.js';
import { svg } from './report/svg.js';
import { targetsTable } from './report/targets.js';

const docs = path.resolve(import.meta.dirname, '../docs');
const file = path.join(docs, 'performance.md');
const results = readResults(process.argv[2] ?? path.join(import.meta.dirname, 'results/two-cores.json'));
const { text, plots } = fillPage(readFileSync(file, 'utf8'), results);
writeFileSync(file, text);
for (const plot of plots) writeFileSync(path.join(docs, `images/bench-${plot.name}.svg`), svg(plot));
const targets = targetsTable(results);
console.log(table([targets.head, ...targets.rows]));
console.log(`docs/performance.md and ${plots.length} plots in docs/images`);
