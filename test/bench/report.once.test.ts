import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { markdownTable, replaceBetween } from '../../bench/report/markdown.js';
import { fillPage } from '../../bench/report/page.js';
import { timingTable } from '../../bench/report/rows.js';
import { svg, ticks } from '../../bench/report/svg.js';
import { targetsTable } from '../../bench/report/targets.js';
import { readResults } from '../../bench/report/results.js';
import { summarize } from '../../bench/numbers/statistics.js';
import type { Row } from '../../bench/types.js';

const root = path.resolve(import.meta.dirname, '../..');
const row = (name: string, who: string, cpu: readonly number[], peakBytes?: number): Row => ({
  case: name,
  who,
  command: 'closure --size 256',
  cpu: summarize(cpu),
  wall: summarize(cpu),
  ...(peakBytes === undefined ? {} : { peakBytes }),
});
const rows: Row[] = [
  row('conv3_2, 256 px', 'pastiche, 1 thread', [100, 110, 120], 50e6),
  row('conv3_2, 256 px', 'textbook, 1 thread', [1100], 500e6),
  { case: 'conv3_2, 256 px', who: 'torch, 1 thread', command: 'closure --size 256', missing: 'not installed' },
];

describe('the report of the bench', () => {
  test('a table of times names case and command once, gives ratios, and says why a row is empty', () => {
    expect(timingTable(rows)).toEqual({
      head: ['case', 'who', 'CPU ms', 'wall ms', 'peak MB', 'CPU of ours', 'wall of ours', 'command'],
      rows: [
        [
          'conv3_2, 256 px',
          'pastiche, 1 thread',
          '110 (100..120)',
          '110 (100..120)',
          '50.0',
          '',
          '',
          'closure --size 256',
        ],
        ['', 'textbook, 1 thread', '1100', '1100', '500', '10.00', '10.00', ''],
        ['', 'torch, 1 thread', 'none: not installed', '', '', '', '', ''],
      ],
    });
  });

  test('targets are judged where they were measured', () => {
    const measured = { date: '', command: '', versions: {}, load: [0, 0], seconds: 0, rows } as const;
    const machine = { processor: '', cores: 2, memoryGigabytes: 1, system: '' };
    const table = targetsTable({ format: 1, works: { closure: { ...measured, machine } } });
    expect(table.rows.slice(0, 3).map((cells) => cells.slice(1))).toEqual([
      ['at least 8', '10.0', 'reached'],
      ['at most 0.25', '0.100', 'reached'],
      ['at most 4', 'not measured', ''],
    ]);
  });

  test('a Markdown table is padded and escapes what Markdown would read', () => {
    expect(
      markdownTable({
        head: ['a', 'long'],
        rows: [
          ['x|y', '1'],
          ['', '$2'],
        ],
      }),
    ).toBe(['| a    | long   |', '| ---- | ------ |', '| x\\|y | 1      |', '|      | &#36;2 |'].join('\n'));
  });

  test('text goes between the marks, twice as well as once, and a page without them is refused', () => {
    const page = 'before\n\n<!-- begin a -->\n\nold\n\n<!-- end a -->\n\nafter\n';
    const once = replaceBetween(page, 'a', 'new');
    expect(once).toBe('before\n\n<!-- begin a -->\n\nnew\n\n<!-- end a -->\n\nafter\n');
    expect(replaceBetween(once, 'a', 'new')).toBe(once);
    expect(() => replaceBetween(page, 'b', 'new')).toThrow(/no place <!-- begin b -->/);
  });

  test('ticks are few and round', () => {
    expect(ticks(3, 60)).toEqual([5, 10, 20, 50]);
    expect(ticks(1, 1e6)).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
  });

  test('a plot has a curve and a name for each series, inside its frame', () => {
    const series = [
      {
        name: 'ours & theirs',
        points: [
          [128, 10],
          [256, 40],
        ] as const,
      },
      {
        name: 'b',
        points: [
          [128, 1000],
          [256, 4000],
        ] as const,
      },
    ];
    const text = svg({ name: 'p', title: 'a < b', x: 'x', y: 'y', series });
    const curves = [...text.matchAll(/<polyline points="([^"]+)"/g)].map(([, points]) => points!);
    expect(curves).toHaveLength(2);
    const [[x0, y0], [x1, y1]] = curves[0]!.split(' ').map((place) => place.split(',').map(Number)) as [
      number[],
      number[],
    ];
    expect(x0).toBeLessThan(x1!);
    expect(y0).toBeGreaterThan(y1!);
    for (const value of [x0, y0, x1, y1]) expect(value).toBeGreaterThan(40);
    expect(text).toContain('ours &amp; theirs');
    expect(text).toContain('a &lt; b');
    expect(text).toContain('prefers-color-scheme: dark');
  });

  test('docs/performance.md and its plots are what the results in the repository say', () => {
    const page = readFileSync(path.join(root, 'docs/performance.md'), 'utf8');
    const { text, plots } = fillPage(page, readResults(path.join(root, 'bench/results/two-cores.json')));
    expect(text).toBe(page);
    expect(plots.length).toBeGreaterThan(4);
    for (const plot of plots) {
      const file = path.join(root, `docs/images/bench-${plot.name}.svg`);
      expect(existsSync(file) ? readFileSync(file, 'utf8') : `${file} is missing`).toBe(svg(plot));
    }
  });
});
