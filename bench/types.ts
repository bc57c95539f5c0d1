import type { Summary } from './numbers/statistics.js';
import type { Pool } from './processes/pool.js';

/** One run of a task. Times are in milliseconds. */
export interface Sample {
  readonly wall: number;
  /** User and system time of the process, all threads together. */
  readonly cpu: number;
  /** For runs of an optimiser: `[iterations, evaluations, loss, wall, cpu]` since the start, after each iteration. */
  readonly curve?: readonly (readonly number[])[];
  /** Whether there is nothing left to run. */
  readonly done?: boolean;
}

/** What a participant says about a task when it is ready, such as the value that it computes. */
export type Facts = Readonly<Record<string, number>>;

/** A task as one participant does it. */
export interface Task {
  readonly facts: Facts;
  run(): Sample | Promise<Sample>;
  end(): void;
}

/** Who does a task: one process each. */
export interface Who {
  readonly name: 'pastiche' | 'textbook' | 'ml-matrix' | 'torch';
  readonly threads: number;
}

/** A line of the result: one case as one participant did it. */
export interface Row {
  readonly case: string;
  readonly who: string;
  /** What follows `npm run bench -- ` to measure this case again. */
  readonly command: string;
  readonly cpu?: Summary;
  readonly wall?: Summary;
  readonly peakBytes?: number;
  readonly facts?: Facts;
  readonly curve?: NonNullable<Sample['curve']>;
  /** Why there are no numbers. */
  readonly missing?: string;
}

/** What the command line asks for. */
export interface Settings {
  readonly sizes: readonly number[] | undefined;
  readonly full: boolean;
  readonly pairs: number;
  /** Thread counts to run with: one and all cores. */
  readonly threads: readonly number[];
  readonly peers: readonly Who['name'][];
}

/** A part of a work that gives some rows. */
export interface Case {
  readonly label: string;
  /** About how many seconds on two cores: for the time left. */
  readonly seconds: number;
  run(pool: Pool): Promise<readonly Row[]>;
}

/** Rows of text: a head, and the rows under it. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A curve of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A plot with logarithmic axes. */
export interface Plot {
  /** Of its file: `docs/images/bench-NAME.svg`. */
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

/** What is measured together and shown as one table: a file of works/. */
export interface Work {
  readonly name: string;
  readonly title: string;
  /** What is measured and how, in a sentence or two, for the page. */
  readonly about: string;
  cases(settings: Settings): readonly Case[];
  table(rows: readonly Row[]): Table;
  plots?(rows: readonly Row[]): readonly Plot[];
}
