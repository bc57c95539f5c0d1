import type { Degradation, UniversalProgress } from '../../src/index.js';
import { table } from './table.js';

/** What a run of `universalStyleTransfer` tells about a level, the picture apart. */
export type LevelReport = Omit<UniversalProgress, 'image'>;

const words: Readonly<Record<Degradation, string>> = {
  'content-empty': 'the mask leaves nothing of the content here; this region is left as it is',
  'style-empty': 'the style has no positions here; this region is left as it is',
  'content-too-few-samples': 'the content has fewer than two positions here; only its mean is shifted',
  'style-too-few-samples': 'the style has fewer than two positions here; only the mean is shifted',
  'content-constant': "the content does not vary here; the result is the style's mean",
  'style-constant': "the style does not vary here; the result is the style's mean",
  'content-low-rank': 'less than a quarter of the directions of the content vary here; a larger picture has more',
  'style-low-rank': 'less than a quarter of the directions of the style vary here; a larger --style-size has more',
};

/** Seconds by level and phase, with ranks, and a line for each thing that was not as it should be. */
export function phaseTable(reports: readonly LevelReport[]): string {
  const phases = Object.keys(reports[0]!.phases) as (keyof LevelReport['phases'])[];
  const seconds = (values: readonly number[]): string => values.reduce((a, b) => a + b, 0).toFixed(2);
  const rows = reports.map(({ name, phases: spent, maps }) => [
    name,
    ...phases.map((phase) => seconds([spent[phase]])),
    seconds(Object.values(spent)),
    maps.map(({ rankContent }) => rankContent).join(' '),
    maps.map(({ rankStyle }) => rankStyle).join(' '),
  ]);
  const sums = [
    'all',
    ...phases.map((phase) => seconds(reports.map(({ phases: spent }) => spent[phase]))),
    seconds(reports.flatMap(({ phases: spent }) => Object.values(spent))),
    '',
    '',
  ];
  const head = ['seconds', ...phases, 'sum', 'rank content', 'rank style'];
  const notes = reports.flatMap(({ name, maps }) =>
    maps.flatMap(({ degraded }, region) => {
      const where = maps.length === 1 ? name : `${name}, region ${region + 1}`;
      return degraded === undefined ? [] : [`${where}: ${words[degraded]}.`];
    }),
  );
  return [table([head, ...rows, sums]), ...notes].join('\n');
}

/** The most memory that the process has held so far. */
export const peakMemory = (): string => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`;
