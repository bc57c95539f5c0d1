import { type PickleBytes, pickleBytes } from './pickleBytes.js';
import { kindOf, type PickleDict, type PickleFunction, type PickleObject, type PickleValue } from './pickleValue.js';

/* A reader of Python's pickle format that can build plain data and nothing else. */

export interface PickleHooks {
  /** What a Python name stands for. Throws for a name that is not allowed. */
  readonly global: (module: string, name: string) => PickleObject | PickleFunction;
  /** What a persistent id (a storage of PyTorch) stands for. */
  readonly persistent: (id: PickleValue) => PickleObject;
}

/** Every instruction makes at most one object, so this bounds the memory. A network of 10 000 arrays needs about 600 000. */
const MAX_STEPS = 1_000_000;

/** The instructions that make a value of the bytes after them, by opcode. */
const literals: Readonly<Record<number, (bytes: PickleBytes) => PickleValue>> = {
  0x4e: () => null, // NONE
  0x88: () => true, // NEWTRUE
  0x89: () => false, // NEWFALSE
  0x4b: ({ u8 }) => u8(), // BININT1
  0x4d: ({ u16 }) => u16(), // BININT2
  0x4a: ({ i32 }) => i32(), // BININT
  0x8a: ({ long, u8 }) => long(u8()), // LONG1
  0x8b: ({ long, u32 }) => long(u32()), // LONG4
  0x47: ({ f64 }) => f64(), // BINFLOAT
  0x8c: ({ text, u8 }) => text(u8()), // SHORT_BINUNICODE
  0x58: ({ text, u32 }) => text(u32()), // BINUNICODE
  0x8d: ({ text, u64 }) => text(u64()), // BINUNICODE8
  0x55: ({ text, u8 }) => text(u8(), 'latin1'), // SHORT_BINSTRING, of Python 2
  0x54: ({ text, u32 }) => text(u32(), 'latin1'), // BINSTRING, of Python 2
  0x43: ({ raw, u8 }) => raw(u8()), // SHORT_BINBYTES
  0x42: ({ raw, u32 }) => raw(u32()), // BINBYTES
  0x5d: () => [], // EMPTY_LIST
  0x29: () => [], // EMPTY_TUPLE
  0x7d: () => new Map(), // EMPTY_DICT
};

/** Runs the pickle that begins at `start`. `end` is the byte after its STOP. */
export function unpickle(
  where: string,
  bytes: Uint8Array,
  start: number,
  hooks: PickleHooks,
): { value: PickleValue; end: number } {
  const read = pickleBytes(where, bytes, start);
  const { fail, u8, u32 } = read;
  const memo = new Map<number, PickleValue>();
  /** The stacks below each open MARK. */
  const marks: PickleValue[][] = [];
  let stack: PickleValue[] = [];

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
    const literal = literals[opcode];
    if (literal !== undefined) {
      stack.push(literal(read));
      continue;
    }
    switch (opcode) {
      case 0x80: {
        // PROTO
        const version = u8();
        if (version < 2 || version > 5) fail('protocol 2..5', String(version));
        break;
      }
      case 0x95: // FRAME: only a hint
        read.raw(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: read.at() };
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
        stack.push(hooks.global(read.line(), read.line()));
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
