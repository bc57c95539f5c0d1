import type { Settings, Who } from '../types.js';

/** One of those who are compared, and what its task is told. */
export interface Entrant {
  readonly who: Who;
  readonly options: object;
}

/** Who run with as many threads as there are; the others know only one. */
const threaded: readonly Who['name'][] = ['pastiche', 'torch'];

/** The processes to compare: each of `names` that was asked for, with each number of threads. */
export function entrants(settings: Settings, names: readonly Who['name'][], options: object): Entrant[] {
  return names
    .filter((name) => settings.peers.includes(name))
    .flatMap((name) =>
      (threaded.includes(name) ? settings.threads : [1]).map((threads) => ({ who: { name, threads }, options })),
    );
}
