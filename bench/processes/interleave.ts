import { summarize } from '../numbers/statistics.js';
import type { Facts, Row, Sample, Who } from '../types.js';
import type { Entrant } from './entrants.js';
import { label, reasonOf } from './participant.js';
import type { Pool } from './pool.js';

/** Those whose first run takes longer than this, in milliseconds, run once more only. */
const patience = 20_000;
/** The largest relative difference of the fact `value` from the first entrant's. */
const tolerance = 0.01;

/** What is compared. */
export interface Comparison {
  readonly case: string;
  readonly command: string;
  readonly task: string;
  readonly entrants: readonly Entrant[];
  /** How often each runs, in turn. */
  readonly rounds: number;
}

interface Ready {
  readonly who: Who;
  readonly facts: Facts;
  readonly samples: Sample[];
  rounds: number;
}

/** Before it means anything how fast they are, all must compute the same. */
function assertSameValue(name: string, ready: readonly Ready[]): void {
  const known = ready.filter(({ facts }) => facts['value'] !== undefined);
  const first = known[0]?.facts['value'];
  if (first === undefined) return;
  for (const { who, facts } of known) {
    const difference = Math.abs(facts['value']! / first - 1);
    if (!(difference <= tolerance))
      throw new Error(`${name}: ${label(known[0]!.who)} computes ${first}, ${label(who)} ${facts['value']!}`);
  }
}

/** Runs a task by several participants in turn: each round has one run of each, so that what disturbs one disturbs all. */
export async function interleave(pool: Pool, comparison: Comparison): Promise<Row[]> {
  const { task, entrants, rounds } = comparison;
  const common = { case: comparison.case, command: comparison.command };
  const rows: Row[] = [];
  const failed = (who: Who, error: unknown): void => {
    pool.drop(who);
    rows.push({ ...common, who: label(who), missing: reasonOf(error) });
  };

  const ready: Ready[] = [];
  for (const { who, options } of entrants) {
    const begun = performance.now();
    try {
      const facts = await pool.get(who).begin(task, options);
      const slow = performance.now() - begun > patience;
      ready.push({ who, facts, samples: [], rounds: slow ? 1 : rounds });
    } catch (error) {
      failed(who, error);
    }
  }
  assertSameValue(comparison.case, ready);
  for (let round = 0; round < rounds; round++) {
    for (const entrant of ready.filter((one) => round < one.rounds)) {
      try {
        entrant.samples.push(await pool.get(entrant.who).run());
      } catch (error) {
        failed(entrant.who, error);
        entrant.rounds = 0;
        entrant.samples.length = 0;
      }
    }
  }
  for (const { who, facts, samples } of ready) {
    if (samples.length === 0) continue;
    await pool.get(who).end();
    const { peakBytes, ...others } = facts;
    rows.push({
      ...common,
      who: label(who),
      cpu: summarize(samples.map(({ cpu }) => cpu)),
      wall: summarize(samples.map(({ wall }) => wall)),
      ...(peakBytes === undefined ? {} : { peakBytes }),
      facts: others,
    });
  }
  const order = entrants.map(({ who }) => label(who));
  return rows.sort((a, b) => order.indexOf(a.who) - order.indexOf(b.who));
}
