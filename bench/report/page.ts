import type { Plot } from '../types.js';
import { works } from '../works/index.js';
import { markdownTable, replaceBetween } from './markdown.js';
import type { Measured, Results } from './results.js';
import { targetsTable } from './targets.js';

/** Where and when, under a table. */
function circumstances({ date, command, machine, versions, load }: Measured): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured ${date.replace('T', ' ')} UTC by \`${command}\` on ${machine.processor}, ${machine.cores} cores, ` +
    `${machine.memoryGigabytes} GB, ${machine.system}; load ${load[0]} before and ${load[1]} after; ${used.join(', ')}.`
  );
}

/** A plot of a single point shows nothing. */
const plotsOf = (name: string, measured: Measured): readonly Plot[] => {
  const plots = works.find((work) => work.name === name)?.plots?.(measured.rows) ?? [];
  return plots.filter(({ series }) => series.some(({ points }) => points.length > 1));
};

/** A page with the tables of some results between its marks, and the plots that it shows. Works that were not measured stay. */
export function fillPage(page: string, results: Results): { text: string; plots: readonly Plot[] } {
  let text = page;
  const plots: Plot[] = [];
  for (const work of works) {
    const measured = results.works[work.name];
    if (measured === undefined) continue;
    const own = plotsOf(work.name, measured);
    plots.push(...own);
    const pictures = own.map(({ name, title }) => `![${title}](images/bench-${name}.svg)`);
    const parts = [work.about, markdownTable(work.table(measured.rows)), circumstances(measured), ...pictures];
    text = replaceBetween(text, work.name, parts.join('\n\n'));
  }
  return { text: replaceBetween(text, 'targets', markdownTable(targetsTable(results))), plots };
}
