import type { Table } from '../types.js';

/** A cell as Markdown: no bars, and no dollars, which begin a formula. */
const escaped = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('$', '&#36;');

/** A table as Markdown, its columns padded as Prettier does. */
export function markdownTable({ head, rows }: Table): string {
  const lines = [head, ...rows].map((row) => row.map(escaped));
  const widths = head.map((_, column) => Math.max(3, ...lines.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = lines.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]!))));
  return [padded[0], line(widths.map((width) => '-'.repeat(width))), ...padded.slice(1)].join('\n');
}

const marker = (name: string, place: 'begin' | 'end'): string => `<!-- ${place} ${name} -->`;

/** Puts text between the two marks of a name. */
export function replaceBetween(page: string, name: string, text: string): string {
  const [begin, end] = [marker(name, 'begin'), marker(name, 'end')];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
