// Measures pastiche beside what one would use instead: npm run bench -- [WORK...] [--full] [--size N,N] [--pairs N] [--out FILE]
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { number, numbers } from '../examples/support/options.js';
import { table } from '../examples/support/table.js';
import { participantPool } from './processes/pool.js';
import { load, machine, versions } from './report/machine.js';
import { type Measured, readResults } from './report/results.js';
import type { Case, Row, Settings, Work } from './types.js';
import { works } from './works/index.js';

const usage = `npm run bench -- [WORK...] [options]
Works: ${works.map(({ name }) => name).join(', ')}; all of them by default, which takes about ten minutes on two cores.
  --full        all sizes: an hour
  --size N,N    pictures of these sizes only, pixels a side
  --pairs N     how often everyone runs, in turn (3)
  --threads N,N thread counts of pastiche and torch (1 and the number of cores)
  --only NAMES  of pastiche, textbook, torch, ml-matrix only these
  --out FILE    where the results go (out/bench.json); works in it that are not measured now stay`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    size: { type: 'string' },
    pairs: { type: 'string', default: '3' },
    threads: { type: 'string' },
    only: { type: 'string', default: 'pastiche,textbook,torch,ml-matrix' },
    out: { type: 'string', default: 'out/bench.json' },
    help: { type: 'boolean', default: false },
  },
});

function chosenWorks(): readonly Work[] {
  const unknown = positionals.filter((name) => !works.some((work) => work.name === name));
  if (unknown.length > 0) throw new Error(`there is no work ${unknown.join(', ')}\n\n${usage}`);
  return positionals.length === 0 ? works : works.filter(({ name }) => positionals.includes(name));
}

const cores = os.availableParallelism();
const settings: Settings = {
  sizes: values.size === undefined ? undefined : numbers(values.size),
  full: values.full,
  pairs: number(values.pairs),
  threads: values.threads === undefined ? [...new Set([1, cores])] : numbers(values.threads),
  peers: values.only.split(',') as Settings['peers'],
};

const seconds = (since: number): number => (performance.now() - since) / 1000;

/** Minutes and seconds. */
const clock = (time: number): string => `${Math.floor(time / 60)}:${String(Math.floor(time % 60)).padStart(2, '0')}`;

/** Measures works one after the other and says how far it is. */
async function measure(chosen: readonly Work[]): Promise<void> {
  // Three seconds for what each case needs besides: processes, weights.
  const withStart = (one: Case): Case => ({ ...one, seconds: one.seconds + 3, run: (pool) => one.run(pool) });
  const plan = chosen.map((work) => ({ work, cases: work.cases(settings).map(withStart) }));
  const total = plan.flatMap(({ cases }) => cases).reduce((sum, one) => sum + one.seconds, 0);
  const begun = performance.now();
  let done = 0;
  const shared = { machine: machine(), versions: versions() };
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
  for (const { work, cases } of plan) {
    console.log(`\n${work.title}`);
    const [workBegun, loadBefore] = [performance.now(), load()];
    const rows: Row[] = [];
    const pool = participantPool();
    for (const one of cases) {
      const left = done === 0 ? total : (seconds(begun) / done) * (total - done);
      console.error(`  ${work.name}: ${one.label}   (${clock(seconds(begun))}, about ${clock(left)} left)`);
      rows.push(...(await one.run(pool)));
      done += one.seconds;
    }
    pool.close();
    const { head, rows: lines } = work.table(rows);
    console.log(table([head, ...lines]));
    save(work.name, {
      date: new Date().toISOString().slice(0, 16),
      command,
      ...shared,
      load: [loadBefore, load()],
      seconds: Math.round(seconds(workBegun)),
      rows,
    });
  }
  console.log(`\n${clock(seconds(begun))} in all; results in ${values.out}`);
}

/** After every work, so that an interrupted run keeps what it has. */
function save(name: string, measured: Measured): void {
  mkdirSync(path.dirname(values.out), { recursive: true });
  const results = readResults(values.out);
  const all = { ...results, works: { ...results.works, [name]: measured } };
  writeFileSync(values.out, `${JSON.stringify(all, rounded, 1)}\n`);
}

/** Five digits of what was measured are more than enough. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

if (values.help) console.log(usage);
else {
  // Pictures are made here; nothing is measured in this process.
  await tf.setBackend('cpu');
  await measure(chosenWorks());
}
