/* Reading the values of command-line options: what parseArgs leaves as text. */

/** `{ [name]: convert(text) }`, or nothing where the option was not given: the library's own default then holds. */
export const given = <const N extends string, T>(name: N, text: string | undefined, convert: (text: string) => T) =>
  (text === undefined ? {} : { [name]: convert(text) }) as Partial<Record<N, T>>;

/** The parts of a list written with commas. */
export const list = (text: string): string[] => text.split(',').map((part) => part.trim());

/** Text that is a number. Whether it is in range the library says. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new Error(`'${text}' is not a number`);
  return value;
}

/** A list of numbers. */
export const numbers = (text: string): number[] => list(text).map(number);

/** One number for all levels, or one for each. */
export function perLevel(text: string): number | number[] {
  const values = numbers(text);
  return values.length === 1 ? values[0]! : values;
}

/** `512x384`, width first as people write it, or `512` for a square, as `[height, width]`. */
export function size(text: string): readonly [height: number, width: number] {
  const [width, height = width, ...more] = text.split('x').map(number);
  if (more.length > 0) throw new Error(`'${text}' is not a size; write it as 512x384`);
  return [height!, width!];
}
