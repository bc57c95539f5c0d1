import { noisePictures } from '../inputs/pictures.js';
import { entrants } from '../processes/entrants.js';
import { interleave } from '../processes/interleave.js';
import { curves, timingTable } from '../report/rows.js';
import type { Work } from '../types.js';

/** Iterations with a full history before what is measured. */
const warmUp = 30;

export const lbfgs: Work = {
  name: 'lbfgs',
  title: 'What L-BFGS itself costs',
  about:
    'An iteration less its evaluations, with a full history of `m` pairs, on a bowl with curvatures from 1 to 1e4; `n` numbers are ' +
    `those of a square picture. Averages over ten iterations, after the history is full and ${warmUp} more have let V8 compile. ` +
    'torch runs its own `LBFGS` with `strong_wolfe` on the same bowl.',
  cases(settings) {
    const { full } = settings;
    const sizes = settings.sizes ?? (full ? [256, 512, 1024] : [256, 512]);
    const histories = full ? [10, 20, 100] : [10, 20];
    return sizes.flatMap((size) =>
      histories.map((historySize) => ({
        label: `n = ${3 * size ** 2}, m = ${historySize}`,
        // Filling the history takes as many iterations, half as long on average.
        seconds: 0.006 * historySize * (size / 512) ** 2 * (historySize / 2 + 10 * settings.pairs),
        run: async (pool) =>
          interleave(pool, {
            case: `m = ${historySize}, ${size} px (n = ${3 * size ** 2})`,
            command: `lbfgs --size ${size}`,
            task: 'overhead',
            entrants: entrants(settings, ['pastiche', 'torch'], {
              pictures: await noisePictures(size),
              historySize,
              warmUp,
              iterations: 10,
            }),
            rounds: settings.pairs,
          }),
      })),
    );
  },
  table: (rows) => timingTable(rows),
  plots: (rows) => [
    {
      name: 'lbfgs',
      title: 'L-BFGS without its evaluations, history of 10',
      x: 'side of the picture, pixels',
      y: 'milliseconds of CPU time an iteration',
      series: curves(
        rows.filter((row) => row.case.startsWith('m = 10,')),
        ({ cpu }) => cpu?.median,
      ),
    },
  ],
};
