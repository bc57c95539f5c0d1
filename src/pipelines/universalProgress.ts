import { breathe } from '../internal/breathe.js';
import type { Image } from '../types.js';
import type { MapInfo } from '../wct/index.js';

/** Where the time goes; see {@link UniversalProgress.phases}. */
export type UniversalPhase = 'load' | 'style' | 'encode' | 'statistics' | 'eigen' | 'apply' | 'decode';
/** All of them, in the order in which they follow each other. */
const phases: readonly UniversalPhase[] = ['load', 'style', 'encode', 'statistics', 'eigen', 'apply', 'decode'];

/** Does one piece of work: counts its time, and lets others have their turn. */
export type Run = <T>(phase: UniversalPhase, work: () => T | Promise<T>) => Promise<T>;

/** Where a run of `universalStyleTransfer` stands, after each level. */
export interface UniversalProgress {
  /** The level that is done, such as 5. */
  readonly level: number;
  /** The layer of its features, such as `'relu5_1'`. */
  readonly name: string;
  /** Levels that are done. */
  readonly done: number;
  /** Levels in all. */
  readonly count: number;
  /** Seconds since the start. */
  readonly seconds: number;
  /** Seconds that the rest will take, judged by the pace so far and the usual work of the levels still to come. */
  readonly secondsLeft: number;
  /**
   * Seconds of this level by what was done: `load` (weights), `style` (all of the style's side), `encode`, `statistics`,
   * `eigen` (the transform from the statistics), `apply`, `decode`. GPUs work on while the next phase begins, and are waited for
   * in `statistics`.
   */
  readonly phases: Readonly<Record<UniversalPhase, number>>;
  /** What happened to the statistics: ranks, and why a map does less than it was asked for. One for each region. */
  readonly maps: readonly MapInfo[];
  /** The picture so far, of the content's size and not clipped to 0..1. Borrowed: clone it to keep it. */
  readonly image: Image;
}

/** Multiplications for a pixel of the picture in encoder, transform and decoder of a level of VGG-19's widths, in thousands. */
const usualWork: Readonly<Record<number, number>> = { 1: 12, 2: 122, 3: 232, 4: 490, 5: 730 };

/** Runs the parts of a cascade: measures them, ends them on abort, and lets timers and signals have their turn. */
export function universalClock(levels: readonly { readonly level: number }[], signal: AbortSignal | undefined) {
  const start = performance.now();
  const work = levels.map(({ level }) => usualWork[level] ?? 100);
  let spent = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<UniversalPhase, number>;
  const run: Run = async (phase, task) => {
    signal?.throwIfAborted();
    const begin = performance.now();
    const result = await task();
    spent[phase] += (performance.now() - begin) / 1000;
    await breathe();
    return result;
  };
  return {
    run,
    /** The report after `done` levels; the phases then start anew. */
    report(done: number): Pick<UniversalProgress, 'done' | 'count' | 'seconds' | 'secondsLeft' | 'phases'> {
      const seconds = (performance.now() - start) / 1000;
      const sum = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0);
      const secondsLeft = (seconds * sum(work.slice(done))) / sum(work.slice(0, done));
      const last = spent;
      spent = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<UniversalPhase, number>;
      return { done, count: levels.length, seconds, secondsLeft, phases: last };
    },
  };
}
