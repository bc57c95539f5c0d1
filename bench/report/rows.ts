import type { Summary } from '../numbers/statistics.js';
import type { Row, Series, Table } from '../types.js';

/** Three digits, or all before the point. */
export function digits(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}

/** `median (least..most)`. */
export const spread = ({ median, least, most, count }: Summary): string =>
  count === 1 ? digits(median) : `${digits(median)} (${digits(least)}..${digits(most)})`;

const threadsOf = (who: string): string => who.slice(who.indexOf(',') + 2);

/** What a row took of what pastiche did with as many threads in the same case: `2.3` is that many times as long. */
function ratio(row: Row, rows: readonly Row[], pick: (row: Row) => number | undefined): string {
  const own = rows.find(
    (other) =>
      other.case === row.case && other.who.startsWith('pastiche') && threadsOf(other.who) === threadsOf(row.who),
  );
  const [a, b] = [pick(row), own && pick(own)];
  if (a === undefined || b === undefined || own === row) return '';
  return (a / b).toFixed(2);
}

/** Times, peaks and ratios of every row. Columns without any entry are left out. */
export function timingTable(rows: readonly Row[]): Table {
  const head = ['case', 'who', 'CPU ms', 'wall ms', 'peak MB', 'CPU of ours', 'wall of ours', 'command'];
  const lines = rows.map((row, i) => {
    const again = rows[i - 1]?.case === row.case;
    if (row.missing !== undefined) return [again ? '' : row.case, row.who, `none: ${row.missing}`, '', '', '', '', ''];
    return [
      again ? '' : row.case,
      row.who,
      row.cpu === undefined ? '' : spread(row.cpu),
      row.wall === undefined ? '' : spread(row.wall),
      row.peakBytes === undefined ? '' : digits(row.peakBytes / 1e6),
      ratio(row, rows, ({ cpu }) => cpu?.median),
      ratio(row, rows, ({ wall }) => wall?.median),
      again ? '' : row.command,
    ];
  });
  return withoutEmptyColumns({ head, rows: lines });
}

/** Leaves out columns that say nothing in any row. */
function withoutEmptyColumns({ head, rows }: Table): Table {
  const used = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const kept = (row: readonly string[]): string[] => row.filter((_, column) => used[column]);
  return { head: kept(head), rows: rows.map(kept) };
}

/** One curve for everyone, without what a logarithmic axis cannot show: a number of each row over the side of its picture. */
export function curves(rows: readonly Row[], pick: (row: Row) => number | undefined): Series[] {
  const names = [...new Set(rows.map(({ who }) => who))];
  return names
    .map((name) => ({
      name,
      points: rows
        .filter(({ who }) => who === name)
        .map((row) => [sideOf(row), pick(row)] as const)
        .filter((point): point is readonly [number, number] => point[1] !== undefined && point[1] > 0),
    }))
    .filter(({ points }) => points.length > 0);
}

/** The number before `px` in a case's name. */
export const sideOf = (row: Row): number => Number(/(\d+) px/.exec(row.case)?.[1]);
