/*
 * Assembles what the texts of src/internal/wasm use of the text format of WebAssembly: functions with folded instructions, loops and
 * blocks, numbers and vectors of four floats, and one imported memory. See https://webassembly.github.io/spec/core/text/.
 */

/** A word, or a list in parentheses. */
type Expression = string | readonly Expression[];
type List = readonly Expression[];

const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

const instructions: Readonly<Record<string, number>> = {
  'i32.load': 0x28,
  'f32.load': 0x2a,
  'i32.store': 0x36,
  'f32.store': 0x38,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.ge_u': 0x4f,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.shl': 0x74,
  'i32.shr_u': 0x76,
  'f32.abs': 0x8b,
  'f32.add': 0x92,
  'f32.mul': 0x94,
  'f32.max': 0x97,
  select: 0x1b,
};

/** After the prefix 0xfd. */
const vectorInstructions: Readonly<Record<string, number>> = {
  'v128.load': 0,
  'v128.load32_splat': 9,
  'v128.load32_zero': 92,
  'v128.store': 11,
  'f32x4.splat': 19,
  'f32x4.abs': 224,
  'f32x4.add': 228,
  'f32x4.sub': 229,
  'f32x4.mul': 230,
  'f32x4.max': 233,
};

/** LEB128 of a whole number that is not negative. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

/** LEB128 of a whole number of 32 bits. */
function signed(value: number): number[] {
  const rest = value >> 7;
  const low = value & 127;
  return rest === (low < 64 ? 0 : -1) ? [low] : [low + 128, ...signed(rest)];
}

const text = (value: string): number[] => [...unsigned(value.length), ...new TextEncoder().encode(value)];
const floats = (values: readonly number[]): number[] => [...new Uint8Array(new Float32Array(values).buffer)];
const listed = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];

function parse(source: string): List {
  const words = source.replaceAll(/;;.*/g, '').match(/[()]|"[^"]*"|[^\s()]+/g) ?? [];
  let at = 0;
  const read = (): Expression => {
    const word = words[at++]!;
    if (word !== '(') return word;
    const list: Expression[] = [];
    while (words[at] !== ')') {
      if (at >= words.length) throw new Error('a parenthesis is not closed');
      list.push(read());
    }
    at += 1;
    return list;
  };
  return read() as List;
}

const isList = (expression: Expression): expression is List => typeof expression !== 'string';
const word = (list: List, at: number): string => list[at] as string;
const unquoted = (list: List, at: number): string => word(list, at).slice(1, -1);

/** The bytes of one instruction, its operands before it. `labels` are the enclosing blocks, the innermost last. */
function encode(list: List, locals: readonly string[], labels: readonly string[]): number[] {
  const name = word(list, 0);
  const operands = (from: number): number[] =>
    list.slice(from).flatMap((operand) => encode(operand as List, locals, labels));
  const body = (from: number): number[] =>
    list.slice(from).flatMap((inner) => encode(inner as List, locals, [...labels, word(list, 1)]));
  const indexIn = (names: readonly string[]): number[] => {
    const index = names.lastIndexOf(word(list, 1));
    if (index < 0) throw new Error(`${name}: there is no ${word(list, 1)}`);
    return unsigned(names === labels ? labels.length - 1 - index : index);
  };
  const numbers = (from: number): number[] => list.slice(from).map(Number);
  switch (name) {
    case 'block':
      return [0x02, 0x40, ...body(2), 0x0b];
    case 'loop':
      return [0x03, 0x40, ...body(2), 0x0b];
    case 'br_if':
      return [...operands(2), 0x0d, ...indexIn(labels)];
    case 'local.get':
      return [0x20, ...indexIn(locals)];
    case 'local.set':
      return [...operands(2), 0x21, ...indexIn(locals)];
    case 'local.tee':
      return [...operands(2), 0x22, ...indexIn(locals)];
    case 'i32.const':
      return [0x41, ...signed(Number(word(list, 1)))];
    case 'f32.const':
      return [0x43, ...floats(numbers(1))];
    case 'v128.const':
      return [0xfd, 12, ...floats(numbers(2))];
    case 'f32x4.extract_lane':
      return [...operands(2), 0xfd, 31, Number(word(list, 1))];
  }
  const offset = typeof list[1] === 'string' ? Number(word(list, 1).replace('offset=', '')) : 0;
  const place = /load|store/.test(name) ? [2, ...unsigned(offset)] : [];
  const given = operands(typeof list[1] === 'string' ? 2 : 1);
  const vector = vectorInstructions[name];
  if (vector !== undefined) return [...given, 0xfd, ...unsigned(vector), ...place];
  const code = instructions[name];
  if (code === undefined) throw new Error(`there is no instruction ${name}`);
  return [...given, code, ...place];
}

interface Func {
  readonly name: string;
  readonly type: number[];
  readonly code: number[];
}

function func(list: List): Func {
  const parts = list.slice(1) as List[];
  const named = (kind: string): List[] => parts.filter((part) => part[0] === kind);
  const typeOf = (part: List): number => valueTypes[part[2] as keyof typeof valueTypes];
  const [parameters, locals] = [named('param'), named('local')];
  const names = [...parameters, ...locals].map((part) => word(part, 1));
  const body = parts.filter((part) => !['export', 'param', 'local'].includes(word(part, 0)));
  const code = body.flatMap((part) => encode(part, names, []));
  return {
    name: unquoted(named('export')[0]!, 1),
    type: [0x60, ...listed(parameters.map((part) => [typeOf(part)])), 0],
    code: sized([...listed(locals.map((part) => [1, typeOf(part)])), ...code, 0x0b]),
  };
}

/** The bytes of a module, and which of them says whether its memory is shared: 1 if not, 3 if it is. */
export function assemble(source: string): { bytes: Uint8Array<ArrayBuffer>; sharedAt: number } {
  const parts = parse(source).filter(isList);
  const functions = parts.filter((part) => part[0] === 'func').map(func);
  const memory = parts.find((part) => part[0] === 'import')!;
  const pages = memory[3] as List;
  const section = (id: number, items: readonly number[][]): number[] => [id, ...sized(listed(items))];
  const names = [...text(unquoted(memory, 1)), ...text(unquoted(memory, 2)), 2];
  const limits = [1, ...unsigned(Number(pages[1])), ...unsigned(Number(pages[2]))];
  const types = section(
    1,
    functions.map(({ type }) => type),
  );
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types];
  const imports = section(2, [[...names, ...limits]]);
  return {
    bytes: Uint8Array.from([
      ...header,
      ...imports,
      ...section(
        3,
        functions.map((_, i) => unsigned(i)),
      ),
      ...section(
        7,
        functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]),
      ),
      ...section(
        10,
        functions.map(({ code }) => code),
      ),
    ]),
    sharedAt: header.length + imports.length - limits.length,
  };
}
