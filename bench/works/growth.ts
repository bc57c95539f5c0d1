import { cascadeOptions } from '../inputs/cascadePlan.js';
import { type Depth, depths, objectivePlan } from '../inputs/objective.js';
import { noisePictures } from '../inputs/pictures.js';
import { fittedExponent } from '../numbers/statistics.js';
import { interleave } from '../processes/interleave.js';
import { sideOf } from '../report/rows.js';
import type { Row, Table, Work } from '../types.js';

const who = { name: 'pastiche', threads: 1 } as const;
const workOf = (row: Row): string => row.case.slice(0, row.case.lastIndexOf(','));

function exponents(rows: readonly Row[]): Table {
  const works = [...new Set(rows.map(workOf))];
  return {
    head: [
      'work',
      'pictures',
      'time grows with pixels to the',
      'peak memory to the',
      'bytes a pixel, largest',
      'command',
    ],
    rows: works.map((work) => {
      const own = rows.filter((row) => workOf(row) === work && row.missing === undefined);
      const over = (pick: (row: Row) => number): string =>
        fittedExponent(own.map((row) => [sideOf(row) ** 2, pick(row)])).toFixed(2);
      const sides = own.map(sideOf);
      const perPixel = own.map((row) => row.peakBytes! / sideOf(row) ** 2);
      return [
        work,
        `${sides.join(', ')} px`,
        over(({ cpu }) => cpu!.median),
        over(({ peakBytes }) => peakBytes!),
        perPixel.at(-1)?.toFixed(0) ?? 'nothing measured',
        `growth --size ${sides.join(',')}`,
      ];
    }),
  };
}

/** What the task of a kind is told. */
const optionsOf = async (kind: Depth | 'cascade', size: number): Promise<object> =>
  kind === 'cascade' ? cascadeOptions(size, false) : objectivePlan(kind, await noisePictures(size));

export const growth: Work = {
  name: 'growth',
  title: 'How time and memory grow',
  about:
    'The exponent p of `time = a pixels^p` and of the peak, fitted through the medians: 1 is in proportion to the pixels. One thread.',
  cases(settings) {
    const sizes = settings.sizes ?? (settings.full ? [64, 128, 256, 512] : [64, 128, 256]);
    const kinds = [...depths, 'cascade'] as const;
    return kinds.flatMap((kind) =>
      sizes.map((size) => ({
        label: `${kind} at ${size} px`,
        seconds: (kind === 'conv5_1' ? 5 : 2) * (size / 256) ** 2 * (settings.pairs + 1),
        run: async (pool) =>
          interleave(pool, {
            case: `${kind}, ${size} px`,
            command: `growth --size ${size}`,
            task: kind === 'cascade' ? 'cascade' : 'closure',
            entrants: [{ who, options: await optionsOf(kind, size) }],
            rounds: settings.pairs,
          }),
      })),
    );
  },
  table: exponents,
};
