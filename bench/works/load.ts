import { type FileServer, serveFiles } from '../inputs/fileServer.js';
import { randomWeights } from '../inputs/randomWeights.js';
import { weightFormats } from '../inputs/weightFormats.js';
import { interleave } from '../processes/interleave.js';
import { label } from '../processes/participant.js';
import type { Pool } from '../processes/pool.js';
import { digits, spread } from '../report/rows.js';
import type { ReadWeightsOptions } from '../tasks/readWeights.js';
import type { Row, Settings, Table, Work } from '../types.js';

const who = { name: 'pastiche', threads: 1 } as const;
const depths = ['relu2_1', 'relu3_4'] as const;

async function rowsOf(
  pool: Pool,
  server: FileServer,
  settings: Settings,
  options: Omit<ReadWeightsOptions, 'url'>,
  open: string,
): Promise<Row[]> {
  const prefix = `${options.format}/`;
  const before = server.sent(prefix);
  const rows = await interleave(pool, {
    case: `${options.format}, up to ${options.upTo}`,
    command: 'load',
    task: 'readWeights',
    entrants: [{ who, options: { ...options, url: server.url(prefix + open) } }],
    rounds: settings.pairs,
  });
  const loads = 1 + settings.pairs;
  return rows.map((row) =>
    row.missing === undefined ? { ...row, facts: { bytes: (server.sent(prefix) - before) / loads } } : row,
  );
}

/** All formats from one server. */
async function run(pool: Pool, settings: Settings): Promise<Row[]> {
  const formats = await weightFormats(await randomWeights('conv3_4'));
  const names = Object.keys(formats) as (keyof typeof formats)[];
  const files = names.flatMap((format) => {
    const given = formats[format];
    return 'files' in given ? [...given.files].map(([name, bytes]) => [`${format}/${name}`, bytes] as const) : [];
  });
  const server = await serveFiles(new Map(files));
  try {
    const rows: Row[] = [];
    for (const upTo of depths)
      for (const format of names) {
        const given = formats[format];
        if ('open' in given) rows.push(...(await rowsOf(pool, server, settings, { format, upTo }, given.open)));
        else
          rows.push({
            case: `${format}, up to ${upTo}`,
            who: label(who),
            command: 'load',
            missing: given.missing,
          });
      }
    return rows;
  } finally {
    server.close();
  }
}

function bytesTable(rows: readonly Row[]): Table {
  return {
    head: ['format and layers', 'MB fetched', 'CPU ms', 'wall ms', 'command'],
    rows: rows.map((row) =>
      row.missing === undefined
        ? [row.case, digits(row.facts!['bytes']! / 1e6), spread(row.cpu!), spread(row.wall!), row.command]
        : [row.case, `none: ${row.missing}`, '', '', ''],
    ),
  };
}

export const load: Work = {
  name: 'load',
  title: 'Loading weights',
  about:
    'VGG-19 of full width through `conv3_4` (9.3 MB) in each format from a server on the same machine, to a network that is ready; ' +
    'once all of it and once its first three convolutions. Includes the copies with turned kernels for gradients.',
  cases: (settings) => [{ label: 'all formats', seconds: 12, run: (pool) => run(pool, settings) }],
  table: bytesTable,
};
