import { existsSync } from 'node:fs';
import path from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The options of a program, as parseArgs takes them. */
export type Options = NonNullable<ParseArgsConfig['options']>;

/** What the options of a program become. */
export type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/**
 * Runs a program of this folder: reads its options, prints its usage for `--help` and where an option in `required` is
 * missing, and ends with a message and exit code 1, not with a stack trace, where something is wrong.
 */
export async function program<const O extends Options>(
  usage: string,
  options: O,
  required: readonly (keyof O & string)[],
  main: (values: Values<O>) => Promise<void>,
): Promise<void> {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if ('help' in values && values.help === true) {
      console.log(usage);
      return;
    }
    const missing = required.filter((name) => !(name in values)).map((name) => `--${name}`);
    if (missing.length > 0) throw new Error(`${missing.join(' and ')} must be given.\n\n${usage}`);
    await main(values);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

/** Aborted by the first Ctrl-C; the second one ends the program at once. */
export function interrupt(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  return stop.signal;
}

/** Rejects before the work, not after it, a place where no picture can be written. */
export function assertWritable(
  out: string,
  known: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.avif'],
): void {
  const folder = path.dirname(out);
  if (!existsSync(folder)) throw new Error(`--out: there is no folder ${folder}; make it first.`);
  if (!known.includes(path.extname(out).toLowerCase()))
    throw new Error(`--out: ${out} must end in ${known.join(', ')}.`);
}
