import { cascadeOptions, cascadePlan } from '../inputs/cascadePlan.js';
import { entrants } from '../processes/entrants.js';
import { interleave } from '../processes/interleave.js';
import { curves, timingTable } from '../report/rows.js';
import type { Work } from '../types.js';

export const cascade: Work = {
  name: 'cascade',
  title: 'Universal style transfer through five levels',
  about:
    'A square content and a square style of the same size, strength 0.6, with the compressed public models (`ust16x`), or with the ' +
    "repository's own small ones where those are not at hand. torch runs the same networks and the same whitening and colouring. " +
    'With the style cached, its statistics at all levels are known before.',
  cases(settings) {
    const sizes = settings.sizes ?? (settings.full ? [256, 512, 1024] : [256, 512]);
    const { family } = cascadePlan();
    return sizes.flatMap((size) =>
      [false, true].map((cached) => ({
        label: `${size} px${cached ? ', style cached' : ''}`,
        seconds: 2.5 * (size / 256) ** 2 * (settings.pairs + 1),
        run: async (pool) =>
          interleave(pool, {
            case: `${family}${cached ? ', style cached' : ''}, ${size} px`,
            command: `cascade --size ${size}`,
            task: 'cascade',
            entrants: entrants(settings, ['pastiche', 'torch'], await cascadeOptions(size, cached)),
            rounds: settings.pairs,
          }),
      })),
    );
  },
  table: (rows) => timingTable(rows),
  plots: (rows) => [
    {
      name: 'cascade',
      title: 'Universal style transfer, style not cached: wall time',
      x: 'side of the picture, pixels',
      y: 'milliseconds',
      series: curves(
        rows.filter((row) => !row.case.includes('cached')),
        ({ wall }) => wall?.median,
      ),
    },
  ],
};
