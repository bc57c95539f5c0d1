import type { Level } from './stylizeLevels.js';

/** Where a long run stands. */
export interface Progress {
  /** Steps so far, over all levels. */
  readonly iteration: number;
  /** Steps in all. */
  readonly iterations: number;
  /** Seconds since the start. */
  readonly seconds: number;
  /** Seconds that the rest will take, judged by the pace so far and the pixels still to come. */
  readonly secondsLeft: number;
}

/** Counts the work of levels in pixels times steps and tells how far it has come. */
export function progressClock(levels: readonly Level[]) {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const work = ({ size: [h, w] }: Level, steps: number): number => h * w * steps;
  const total = levels.reduce((sum, level) => sum + work(level, level.iterations), 0);
  const iterations = levels.reduce((sum, level) => sum + level.iterations, 0);
  return {
    seconds,
    /** After step `step` (from 1) of level `index` (from 0). */
    step(index: number, step: number): Progress {
      const before = levels.slice(0, index);
      const done = before.reduce((sum, level) => sum + work(level, level.iterations), 0) + work(levels[index]!, step);
      const elapsed = seconds();
      return {
        iteration: before.reduce((sum, level) => sum + level.iterations, 0) + step,
        iterations,
        seconds: elapsed,
        secondsLeft: (elapsed * (total - done)) / done,
      };
    },
  };
}
