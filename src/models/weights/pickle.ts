import { WeightsError } from '../../errors.js';

/* A reader of Python's pickle format that can build plain data and nothing else. */

/** The bytes end in the middle of an instruction. */
export class PickleTruncated extends WeightsError {}

/** An object that a hook has made. */
export interface PickleObject {
  readonly kind: string;
}
/** A function of our own that stands for one of Python's. */
export type PickleFunction = (args: PickleValue[]) => PickleValue;
export type PickleDict = Map<PickleValue, PickleValue>;
/** What a pickle can hold: tuples and lists are arrays, dicts are Maps. Objects and functions come from {@link PickleHooks} alone. */
export type PickleValue =
  null | boolean | number | bigint | string | Uint8Array | PickleValue[] | PickleDict | PickleObject | PickleFunction;

export interface PickleHooks {
  /** What a Python name stands for. Throws for a name that is not allowed. */
  readonly global: (module: string, name: string) => PickleObject | PickleFunction;
  /** What a persistent id (a storage of PyTorch) stands for. */
  readonly persistent: (id: PickleValue) => PickleObject;
}

/** Every instruction makes at most one object, so this bounds the memory. A network of 10 000 arrays needs about 600 000. */
const MAX_STEPS = 1_000_000;
/** Whole numbers longer than this have no place in a checkpoint. */
const MAX_INTEGER_BYTES = 32;

/** A value in a message. Not `show`: a pickle may hold cycles. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `a tuple or list of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (typeof value === 'object' || typeof value === 'function') return 'an object';
  return typeof value === 'string' ? `'${value.slice(0, 60)}'` : String(value);
}

/** A signed little-endian integer of any length; a number where a number can hold it. */
function integer(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  value = BigInt.asIntN(8 * bytes.length, value);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Runs the pickle that begins at `start`. `end` is the byte after its STOP. */
export function unpickle(
  where: string,
  bytes: Uint8Array,
  start: number,
  hooks: PickleHooks,
): { value: PickleValue; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, PickleValue>();
  /** The stacks below each open MARK. */
  const marks: PickleValue[][] = [];
  let stack: PickleValue[] = [];
  let at = start;

  const fail = (expected: string, got: string): never => {
    throw new WeightsError(`${where}: expected ${expected} at byte ${at} of the pickle; got ${got}`);
  };
  /** Moves on by `length` bytes and returns where they start. */
  const take = (length: number): number => {
    if (at + length > bytes.length)
      throw new PickleTruncated(`${where}: the pickle is truncated at byte ${bytes.length}`);
    at += length;
    return at - length;
  };
  const u8 = (): number => bytes[take(1)]!;
  const u32 = (): number => view.getUint32(take(4), true);
  const u64 = (): number => Number(view.getBigUint64(take(8), true));
  const raw = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.subarray(from, from + length);
  };
  const text = (length: number, encoding = 'utf-8'): string => new TextDecoder(encoding).decode(raw(length));
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > 1000) take(bytes.length);
    const result = text(end - at);
    take(1);
    return result;
  };
  const long = (length: number): number | bigint =>
    length <= MAX_INTEGER_BYTES
      ? integer(raw(length))
      : fail(`an integer of at most ${MAX_INTEGER_BYTES} bytes`, `${length}`);

  const pop = (): PickleValue => (stack.length === 0 ? fail('a value on the stack', 'none') : stack.pop()!);
  /** Everything since the last MARK. */
  const popMark = (): PickleValue[] => {
    const items = stack;
    stack = marks.pop() ?? fail('a MARK', 'none');
    return items;
  };
  const top = (): PickleValue => stack.at(-1) ?? fail('a value on the stack', 'none');
  const list = (): PickleValue[] => {
    const value = top();
    return Array.isArray(value) ? value : fail('a list', kindOf(value));
  };
  const setItems = (dict: PickleValue, items: PickleValue[]): PickleDict => {
    if (!(dict instanceof Map) || items.length % 2 !== 0) return fail('a dict and pairs for it', kindOf(dict));
    for (let i = 0; i < items.length; i += 2) dict.set(items[i]!, items[i + 1]!);
    return dict;
  };
  const tuple = (length: number): PickleValue[] =>
    stack.length < length
      ? fail(`${length} values on the stack`, String(stack.length))
      : stack.splice(stack.length - length);
  const recall = (index: number): PickleValue =>
    memo.get(index) ?? (memo.has(index) ? null : fail('a known memo', String(index)));
  const reduce = (): PickleValue => {
    const args = pop();
    const callable = pop();
    if (typeof callable !== 'function' || !Array.isArray(args)) return fail('something to call', kindOf(callable));
    return callable(args);
  };

  for (let steps = 0; ; steps++) {
    if (steps >= MAX_STEPS) fail(`at most ${MAX_STEPS} instructions`, 'more');
    const opcode = u8();
    switch (opcode) {
      case 0x80: {
        // PROTO
        const version = u8();
        if (version < 2 || version > 5) fail('protocol 2..5', String(version));
        break;
      }
      case 0x95: // FRAME: only a hint
        take(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: at };
      case 0x28: // MARK
        marks.push(stack);
        stack = [];
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        popMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;

      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(u8());
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(long(u8()));
        break;
      case 0x8b: // LONG4
        stack.push(long(u32()));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(u32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(u8()));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(text(u64()));
        break;
      case 0x54: // BINSTRING, of Python 2
        stack.push(text(u32(), 'latin1'));
        break;
      case 0x55: // SHORT_BINSTRING, of Python 2
        stack.push(text(u8(), 'latin1'));
        break;
      case 0x42: // BINBYTES
        stack.push(raw(u32()));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(raw(u8()));
        break;

      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(tuple(opcode - 0x84));
        break;
      case 0x6c: // LIST
      case 0x74: {
        // TUPLE
        const items = popMark();
        stack.push(items);
        break;
      }
      case 0x64: {
        // DICT
        const items = popMark();
        stack.push(setItems(new Map(), items));
        break;
      }
      case 0x61: {
        // APPEND
        const item = pop();
        list().push(item);
        break;
      }
      case 0x65: {
        // APPENDS
        const items = popMark();
        const target = list();
        for (const item of items) target.push(item);
        break;
      }
      case 0x73: {
        // SETITEM
        const pair = tuple(2);
        setItems(top(), pair);
        break;
      }
      case 0x75: {
        // SETITEMS
        const items = popMark();
        setItems(top(), items);
        break;
      }

      case 0x68: // BINGET
        stack.push(recall(u8()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(u32()));
        break;
      case 0x71: // BINPUT
        memo.set(u8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(u32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;

      case 0x63: // GLOBAL
        stack.push(hooks.global(line(), line()));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = tuple(2);
        if (typeof module !== 'string' || typeof name !== 'string')
          fail('two names', `${kindOf(module)}, ${kindOf(name)}`);
        else stack.push(hooks.global(module, name));
        break;
      }
      case 0x52: // REDUCE
        stack.push(reduce());
        break;
      case 0x62: {
        // BUILD: attributes of an OrderedDict, such as _metadata, which are of no use here
        pop();
        const target = top();
        if (!(target instanceof Map)) fail('a dict to set attributes of', kindOf(target));
        break;
      }
      case 0x51: // BINPERSID
        stack.push(hooks.persistent(pop()));
        break;
      default:
        fail('an instruction that plain data and tensors need', `opcode 0x${opcode.toString(16)}`);
    }
  }
}
