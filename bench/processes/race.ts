import type { Step } from '../numbers/reach.js';
import type { ConvergeOptions } from '../tasks/converge.js';
import type { Who } from '../types.js';
import { reasonOf } from './participant.js';
import type { Pool } from './pool.js';

/** One of those who run. */
export interface Runner {
  readonly who: Who;
  readonly steps: Step[];
  done: boolean;
}

/** Runs `converge` in turn, some iterations each, until nobody has anything left to do. Who cannot take part is returned, with the reason. */
export async function race(
  pool: Pool,
  runners: readonly Runner[],
  options: ConvergeOptions,
  enough: (runner: Runner) => boolean,
): Promise<Map<Who, string>> {
  const missing = new Map<Who, string>();
  const attempt = async (runner: Runner, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      runner.done = true;
      pool.drop(runner.who);
      missing.set(runner.who, reasonOf(error));
    }
  };
  for (const runner of runners)
    await attempt(runner, async () => {
      await pool.get(runner.who).begin('converge', options);
    });
  while (runners.some(({ done }) => !done)) {
    for (const runner of runners.filter(({ done }) => !done)) {
      await attempt(runner, async () => {
        const { curve = [], done = true } = await pool.get(runner.who).run();
        runner.steps.push(...(curve as unknown as Step[]));
        runner.done = done || enough(runner);
      });
    }
  }
  for (const { who } of runners) if (!missing.has(who)) await pool.get(who).end();
  return missing;
}
