import { assert, assertNumber } from '../internal/assert.js';
import type { Size } from '../internal/size.js';
import { assertOutlines } from './assertOutlines.js';
import { type StylizeRun, stylizeMemory } from './stylizeMemory.js';
import { type UniversalRun, universalMemory } from './universalMemory.js';

/* What to give up, in which order, so that a run fits into so many bytes: first what costs least time. */

const megabytes = (bytes: number): string => `${(bytes / 1e6).toPrecision(3)} MB`;
const shown = ([h, w]: Size): string => `${h}x${w}`;
const scaled = ([h, w]: Size, scale: number): Size => [
  Math.max(1, Math.floor(h * scale)),
  Math.max(1, Math.floor(w * scale)),
];

/** The error of a run that does not fit, with the size that would. */
function assertFits(
  where: string,
  budget: number,
  size: Size,
  leanest: string,
  bytesAt: (scale: number) => number,
): void {
  const needed = bytesAt(1);
  let [fits, fails] = [0, 1];
  for (let i = 0; i < 20; i++) {
    const middle = (fits + fails) / 2;
    if (bytesAt(middle) <= budget) fits = middle;
    else fails = middle;
  }
  const smaller = scaled(size, fits);
  assert(
    needed <= budget,
    () =>
      `${where}: memoryBudget is ${megabytes(budget)}, and a picture of ${shown(size)} needs ${megabytes(needed)} ${leanest}: ` +
      (Math.min(...smaller) > 1 ? `${shown(smaller)} would fit` : 'no size fits, use a narrower network'),
  );
}

/** With fewer pairs than this, L-BFGS takes notably more steps. */
const fewestPairs = 3;

/** Keeps everything if that fits; computes cheap values twice if it must; then keeps as many pairs of the optimiser as fit. */
export function fitStylize(
  where: string,
  run: StylizeRun,
  budget: number,
): Pick<StylizeRun, 'recompute' | 'historySize'> {
  assertNumber(where, 'memoryBudget', budget, { min: 1 });
  const pairs = Math.min(run.historySize, fewestPairs);
  const bytesAt = (scale: number): number => {
    const [size, styleSize] = [scaled(run.size, scale), scaled(run.styleSize, scale)];
    return stylizeMemory({ ...run, size, styleSize, recompute: true, historySize: pairs }).bytes;
  };
  assertFits(where, budget, run.size, `with recompute and ${pairs} pairs of the optimiser`, bytesAt);
  const fewer = Array.from({ length: run.historySize - pairs + 1 }, (_, i) => run.historySize - i);
  const choices = [run, ...fewer.map((historySize) => ({ recompute: true, historySize }))];
  const { recompute, historySize } = choices.find((choice) => stylizeMemory({ ...run, ...choice }).bytes <= budget)!;
  return { recompute, historySize };
}

const smallestTile = 64;

/** The largest tiles that fit, up to those of the run. */
export function fitUniversal(where: string, run: UniversalRun, budget: number): Pick<UniversalRun, 'tileSize'> {
  assertNumber(where, 'memoryBudget', budget, { min: 1 });
  assertOutlines(where, run.levels);
  const longest = Math.min(run.tileSize, Math.max(...run.size, ...run.styleSizes.flat()));
  const tileSizes = [run.tileSize];
  for (let side = longest - (longest % smallestTile); side >= smallestTile; side -= smallestTile) tileSizes.push(side);
  const fitting = tileSizes.find((tileSize) => universalMemory({ ...run, tileSize }).bytes <= budget);
  if (fitting === undefined)
    assertFits(where, budget, run.size, `in tiles of ${smallestTile} pixels`, (scale) => {
      const sizes = { size: scaled(run.size, scale), styleSizes: run.styleSizes.map((size) => scaled(size, scale)) };
      return universalMemory({ ...run, ...sizes, tileSize: smallestTile }).bytes;
    });
  return { tileSize: fitting ?? smallestTile };
}
