import { depths, objectivePlan } from '../inputs/objective.js';
import { noisePictures } from '../inputs/pictures.js';
import { entrants } from '../processes/entrants.js';
import { interleave } from '../processes/interleave.js';
import { curves, timingTable } from '../report/rows.js';
import type { Who, Work } from '../types.js';

/** Textbook code keeps everything: beyond this it needs minutes an evaluation or more than the 4 GiB of wasm. */
const textbookUpTo = { usual: 256, full: 512 };

/** Seconds of one round at 256 px: of textbook code, and of all others together. */
const cost = { conv3_2: { textbook: 12, others: 5 }, conv5_1: { textbook: 25, others: 10 } };

export const closure: Work = {
  name: 'closure',
  title: 'One evaluation: loss and gradient',
  about:
    "Gatys' objective and its gradient with respect to a square picture of noise. Through `conv3_2`: content there, style at " +
    '`conv1_1`, `conv2_1`, `conv3_1`. Through `conv5_1`: content at `conv4_2`, style at the first convolution of all five blocks.',
  cases(settings) {
    const { full } = settings;
    const tooLarge = (size: number): boolean => size > textbookUpTo[full ? 'full' : 'usual'];
    const sizesOf = (depth: string): readonly number[] =>
      settings.sizes ?? (full ? [128, 256, 512, 768] : depth === 'conv3_2' ? [128, 256] : [128]);
    return depths.flatMap((depth) =>
      sizesOf(depth).map((size) => ({
        label: `${depth} at ${size} px`,
        seconds:
          (size / 256) ** 2 * (1 + settings.pairs) * (cost[depth].others + (tooLarge(size) ? 0 : cost[depth].textbook)),
        run: async (pool) => {
          const plan = await objectivePlan(depth, await noisePictures(size));
          const names: Who['name'][] = ['pastiche', 'textbook', 'torch'];
          return interleave(pool, {
            case: `${depth}, ${size} px`,
            command: `closure${full && size > textbookUpTo.usual ? ' --full' : ''} --size ${size}`,
            task: 'closure',
            entrants: entrants(settings, tooLarge(size) ? ['pastiche', 'torch'] : names, plan),
            rounds: settings.pairs,
          });
        },
      })),
    );
  },
  table: (rows) => timingTable(rows),
  plots: (rows) =>
    depths.flatMap((depth) => {
      const own = rows.filter((row) => row.case.startsWith(depth));
      const about = `through ${depth}`;
      return [
        {
          name: `closure-${depth}-time`,
          title: `One evaluation ${about}: CPU time`,
          x: 'side of the picture, pixels',
          y: 'milliseconds of CPU time',
          series: curves(own, ({ cpu }) => cpu?.median),
        },
        {
          name: `closure-${depth}-memory`,
          title: `One evaluation ${about}: peak memory`,
          x: 'side of the picture, pixels',
          y: 'megabytes',
          series: curves(own, ({ peakBytes }) => (peakBytes === undefined ? undefined : peakBytes / 1e6)),
        },
      ];
    }),
};
