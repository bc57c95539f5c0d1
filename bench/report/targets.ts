import type { Row, Table } from '../types.js';
import type { Results } from './results.js';
import { digits } from './rows.js';

/* What the bench wants to reach, and whether it does. */

interface Target {
  readonly what: string;
  readonly wanted: string;
  /** `undefined` where it was not measured. */
  readonly found: (rows: (work: string, name: string, who: string) => Row | undefined) => number | undefined;
  readonly good: (value: number) => boolean;
}

type Pick = (row: Row) => number | undefined;
const cpu: Pick = (row) => row.cpu?.median;
const wall: Pick = (row) => row.wall?.median;
const peak: Pick = (row) => row.peakBytes;
const fact =
  (name: string): Pick =>
  (row) =>
    row.facts?.[name];

/** Above through below, of rows that were measured together. */
const ratio =
  (
    work: string,
    name: string,
    above: readonly [who: string, pick: Pick],
    below: readonly [who: string, pick: Pick],
  ): Target['found'] =>
  (rows) => {
    const [a, b] = [above, below].map(([who, pick]) => {
      const row = rows(work, name, who);
      return row && pick(row);
    });
    return a === undefined || b === undefined ? undefined : a / b;
  };
const value =
  (work: string, name: string, who: string, pick: Pick, unit: number): Target['found'] =>
  (rows) => {
    const row = rows(work, name, who);
    const number = row && pick(row);
    return number === undefined ? undefined : number / unit;
  };

const ours = 'pastiche, 1 thread';
const both = 'pastiche, 2 threads';
const torch = (threads: 1 | 2): string => `torch, ${threads} thread${threads === 1 ? '' : 's'}`;
const atLeast = (limit: number) => ({ wanted: `at least ${limit}`, good: (found: number) => found >= limit });
const atMost = (limit: number) => ({ wanted: `at most ${limit}`, good: (found: number) => found <= limit });

const targets: readonly Target[] = [
  {
    what: 'evaluation at 256 px through conv3_2: textbook CPU time / ours',
    ...atLeast(8),
    found: ratio('closure', 'conv3_2, 256 px', ['textbook, 1 thread', cpu], [ours, cpu]),
  },
  {
    what: 'the same: our peak bytes / textbook',
    ...atMost(0.25),
    found: ratio('closure', 'conv3_2, 256 px', [ours, peak], ['textbook, 1 thread', peak]),
  },
  ...([256, 512] as const).map((size) => ({
    what: `evaluation at ${size} px through conv3_2: our CPU time / torch, 1 thread`,
    ...atMost(4),
    found: ratio('closure', `conv3_2, ${size} px`, [ours, cpu], [torch(1), cpu]),
  })),
  {
    what: 'evaluation at 256 px through conv3_2: our wall time / torch, 2 threads',
    ...atMost(4),
    found: ratio('closure', 'conv3_2, 256 px', [both, wall], [torch(2), wall]),
  },
  {
    what: 'L-BFGS without evaluations, n = 786432, m = 10: our CPU time / torch',
    ...atMost(1),
    found: ratio('lbfgs', 'm = 10, 512 px (n = 786432)', [ours, cpu], [torch(1), cpu]),
  },
  {
    what: 'L-BFGS without evaluations at 256 px / an evaluation through conv3_2',
    ...atMost(0.05),
    found: (rows) => {
      const [a, b] = [rows('lbfgs', 'm = 10, 256 px (n = 196608)', ours), rows('closure', 'conv3_2, 256 px', ours)];
      return a?.cpu === undefined || b?.cpu === undefined ? undefined : a.cpu.median / b.cpu.median;
    },
  },
  ...(['128', '256'] as const).map((size) => ({
    what: `time to torch's loss of 100 iterations from the content, ${size} px: our wall time / torch`,
    ...atMost(1.5),
    found: ratio(
      'converge',
      `from content, one size, ${size} px`,
      [both, fact('wall 100')],
      [torch(2), fact('wall 100')],
    ),
  })),
  {
    what: 'peak of an evaluation at 512 px through conv5_1, MB',
    ...atMost(400),
    found: value('closure', 'conv5_1, 512 px', ours, peak, 1e6),
  },
  {
    what: 'cascade at 512 px, compressed models: our wall time / torch, 2 threads',
    ...atMost(1.5),
    found: ratio('cascade', 'ust16x, 512 px', [both, wall], [torch(2), wall]),
  },
  {
    what: 'the same: our CPU time / torch, 1 thread',
    ...atMost(1.5),
    found: ratio('cascade', 'ust16x, 512 px', [ours, cpu], [torch(1), cpu]),
  },
  {
    what: 'with the style cached: our CPU time / torch, 1 thread',
    ...atMost(1.1),
    found: ratio('cascade', 'ust16x, style cached, 512 px', [ours, cpu], [torch(1), cpu]),
  },
  {
    what: 'with the style cached: our wall time / torch, 2 threads',
    ...atMost(1.1),
    found: ratio('cascade', 'ust16x, style cached, 512 px', [both, wall], [torch(2), wall]),
  },
  {
    what: 'eigenproblem of 512 channels: our CPU time / ml-matrix',
    ...atMost(0.6),
    found: ratio('operations', 'eighSymmetric, 512 x 512', [ours, cpu], ['ml-matrix, 1 thread', cpu]),
  },
  {
    what: 'gramMatrix alone, gzipped kB',
    ...atMost(2),
    found: value('bytes', 'gramMatrix', 'pastiche', fact('bytes'), 1000),
  },
  {
    what: 'everything, gzipped kB',
    ...atMost(30),
    found: value('bytes', 'everything', 'pastiche', fact('bytes'), 1000),
  },
];

/** Every target with what was found. */
export function targetsTable({ works }: Results): Table {
  const find = (work: string, name: string, who: string): Row | undefined =>
    works[work]?.rows.find((row) => row.case === name && row.who === who && row.missing === undefined);
  return {
    head: ['what', 'wanted', 'found', ''],
    rows: targets.map(({ what, wanted, found, good }) => {
      const number = found(find);
      if (number === undefined) return [what, wanted, 'not measured', ''];
      return [what, wanted, digits(number), good(number) ? 'reached' : 'not reached'];
    }),
  };
}
