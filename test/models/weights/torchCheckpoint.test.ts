import { describe, expect, it } from 'vitest';
import { torchCheckpoint } from '../../../src/models/weights/index.js';
import * as a from './_archives.js';
import { expectWeightsError } from './_build.js';

const { op } = a;
const six = a.floats(1, 2, 3, 4, 5, 6);
const matrix = a.tensor({ length: 6, shape: [2, 3], strides: [3, 1] });
const forms = [
  ['legacy', a.legacy],
  ['zip', a.zipped],
] as const;

describe.each(forms)('torchCheckpoint(bytes), %s', (_, write) => {
  const read = async (value: a.Bytes, key?: string): Promise<Record<string, readonly number[]>> => {
    // A file holds the storages that its tensors name, no others.
    const storages = new TextDecoder('latin1').decode(value).includes('FloatStorage') ? { 0: six } : {};
    const source = torchCheckpoint(write(a.pickle(value), storages), { key });
    const names = [...(await source.entries()).keys()];
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, [...(await source.read(name)).values]] as const)),
    );
  };

  it('reads contiguous, transposed, sliced, expanded, scalar and empty views of one storage', async () => {
    const views = a.dict({
      whole: matrix,
      transposed: a.tensor({ length: 6, shape: [3, 2], strides: [1, 3] }),
      column: a.tensor({ length: 6, offset: 1, shape: [2], strides: [3] }),
      row: a.tensor({ length: 6, offset: 3, shape: [3], strides: [1] }),
      expanded: a.tensor({ length: 6, offset: 5, shape: [2, 2], strides: [0, 0] }),
      scalar: a.tensor({ length: 6, offset: 2, shape: [], strides: [] }),
      empty: a.tensor({ length: 6, shape: [0, 3], strides: [3, 1] }),
      'one side': a.tensor({ length: 6, shape: [1, 3], strides: [99, 1] }),
    });
    expect(await read(views)).toEqual({
      whole: [1, 2, 3, 4, 5, 6],
      transposed: [1, 4, 2, 5, 3, 6],
      column: [2, 5],
      row: [4, 5, 6],
      expanded: [6, 6, 6, 6],
      scalar: [3],
      empty: [],
      'one side': [1, 2, 3],
    });
  });

  it('finds the state dict inside other dicts, or under a key', async () => {
    const weights = a.dict({ w: matrix });
    const numbers = { w: [1, 2, 3, 4, 5, 6] };
    expect(await read(a.dict({ epoch: op.int(3), deep: a.dict({ model: weights }) }))).toEqual(numbers);
    expect(await read(a.dict({ ema: weights, state_dict: a.dict({ v: matrix }) }))).toEqual({ v: numbers.w });
    expect(await read(a.dict({ a: weights, b: a.dict({ v: matrix }) }), 'a')).toEqual(numbers);
    expect(await read(a.dict({ a: a.dict({ b: weights }) }), 'a.b')).toEqual(numbers);
    await expectWeightsError(
      () => read(a.dict({ a: weights, b: weights })),
      /expected one state dict; got 'a', 'b': choose/,
    );
  });

  it('ignores what is no tensor, and attributes of dicts', async () => {
    const value = a.join(
      a.dict({ w: matrix, n: op.int(5), none: op.none }),
      a.dict({ _metadata: op.emptyDict }),
      op.build,
    );
    expect(Object.keys(await read(value))).toEqual(['w']);
  });

  it('unwraps parameters and reads an OrderedDict', async () => {
    const parameter = a.join(
      op.global('torch._utils', '_rebuild_parameter'),
      a.tupleOf(matrix, op.yes, op.none),
      op.reduce,
    );
    const ordered = a.join(
      op.global('collections', 'OrderedDict'),
      op.emptyTuple,
      op.reduce,
      op.text('w'),
      parameter,
      op.setItem,
    );
    expect(Object.keys(await read(ordered))).toEqual(['w']);
  });

  it('finds a cycle harmless', async () => {
    const cycle = a.join(op.emptyDict, op.put(9), op.text('self'), op.get(9), op.setItem);
    await expectWeightsError(() => read(cycle), /expected a dict of tensors; got a dict with 'self'/);
    const list = a.join(op.emptyList, op.put(9), op.get(9), op.append);
    await expectWeightsError(() => read(list), /got a tuple or list of 1/);
    expect(Object.keys(await read(a.join(cycle, op.text('w'), matrix, op.setItem)))).toEqual(['w']);
  });

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['torch', 'load'],
    ['torch.nn.modules.conv', 'Conv2d'],
    ['__proto__', 'constructor'],
    ['torch', 'constructor'],
  ])('runs nothing: %s.%s is refused by name', async (module, name) => {
    const call = a.join(op.global(module, name), a.tupleOf(op.text('echo')), op.reduce);
    await expectWeightsError(
      () => read(a.dict({ w: call })),
      new RegExp(`got the Python object ${module}\\.${name}, which is not loaded`),
    );
  });

  it('refuses STACK_GLOBAL of the same kind', async () => {
    const call = a.join(op.text('os'), op.text('system'), [0x93], a.tupleOf(op.text('echo')), op.reduce);
    await expectWeightsError(() => read(call), /Python object os\.system/);
  });

  it.each<[what: string, value: a.Bytes | number[], message: RegExp]>([
    ['an unknown instruction', [0x69], /opcode 0x69/],
    [
      'a call of what cannot be called',
      a.join(op.emptyDict, op.emptyTuple, op.reduce),
      /something to call.*a dict of 0/,
    ],
    ['a pop from an empty stack', [0x30], /a value on the stack.*none/],
    ['a tuple without a mark', [0x74], /a MARK/],
    ['an unknown memo', op.get(7), /a known memo.*7/],
    ['a text longer than the file', a.join([0x58], a.number(0xffffffff, 4)), /truncated/],
    ['a text of 2^64 bytes', [0x8d, ...new Array<number>(8).fill(255)], /truncated/],
    ['an integer of 100 bytes', [0x8a, 100], /at most 32 bytes/],
    ['an integer of 2^32 bytes', [0x8b, 255, 255, 255, 255], /at most 32 bytes/],
    ['protocol 9', [0x80, 9], /protocol 2\.\.5.*9/],
    ['items of what is no dict', a.join(op.emptyList, op.text('a'), op.none, op.setItem), /a dict and pairs/],
    ['appending to a number', a.join(op.int(1), op.int(2), op.append), /a list.*1/],
    ['a persistent id that is no storage', a.join(op.text('id'), op.persistent), /persistent id of a storage/],
    [
      'a negative storage',
      a.dict({ w: a.tensor({ length: -1, shape: [1], strides: [1] }) }),
      /persistent id of a storage/,
    ],
    [
      'a tensor past its storage',
      a.dict({ w: a.tensor({ length: 6, shape: [7], strides: [1] }) }),
      /within the 6 numbers.*up to 7/,
    ],
    [
      'an offset past its storage',
      a.dict({ w: a.tensor({ length: 6, offset: 6, shape: [1], strides: [1] }) }),
      /within the 6 numbers/,
    ],
    [
      'a negative offset',
      a.dict({ w: a.tensor({ length: 6, offset: -1, shape: [1], strides: [1] }) }),
      /whole numbers/,
    ],
    [
      'a negative stride',
      a.dict({ w: a.tensor({ length: 6, offset: 5, shape: [2], strides: [-1] }) }),
      /whole numbers/,
    ],
    ['strides for another rank', a.dict({ w: a.tensor({ length: 6, shape: [2], strides: [1, 1] }) }), /whole numbers/],
    [
      'a view that repeats 2^50 times',
      a.dict({ w: a.tensor({ length: 6, shape: [2 ** 25, 2 ** 25], strides: [0, 0] }) }),
      /at most 16777216/,
    ],
    ['no tensors', op.emptyDict, /expected a dict of tensors; got a dict with none/],
    ['a tensor alone', matrix, /expected a dict of tensors; got an object/],
  ])('refuses %s', async (_what, value, message) => {
    await expectWeightsError(() => read(a.join(value)), message, /^torchCheckpoint: bytes in memory: /);
  });

  it('refuses a storage of another length, and one that is missing', async () => {
    const object = a.pickle(a.dict({ w: matrix }));
    for (const storages of [{ 0: a.floats(1, 2) }, { 1: six }])
      await expectWeightsError(() => torchCheckpoint(write(object, storages)).read('w'), /storage|truncated/);
  });

  it('bounds the number of instructions', async () => {
    const many = new Uint8Array(2_000_000).fill(0x7d);
    await expectWeightsError(() => read(many), /at most 1000000 instructions/);
  });

  it('reads a pickle that is longer than the first piece', async () => {
    const long = a.dict({ note: op.text('x'.repeat(300_000)), w: matrix });
    expect(await read(long)).toEqual({ w: [1, 2, 3, 4, 5, 6] });
  });

  it('says which names there are when asked for another', async () => {
    const source = torchCheckpoint(write(a.pickle(a.dict({ w: matrix })), { 0: six }));
    await expectWeightsError(() => source.read('v'), /expected one of 'w'; got 'v'/);
  });

  it('stops when it is aborted', async () => {
    const source = torchCheckpoint(write(a.pickle(a.dict({ w: matrix })), { 0: six }));
    await expect(source.read('w', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('torchCheckpoint(bytes) refuses', () => {
  it('what is no checkpoint, and says how it begins', async () => {
    const page = new TextEncoder().encode('<!DOCTYPE html>');
    await expectWeightsError(() => torchCheckpoint(page).entries(), /first bytes 50 4b or 80 02\); got 3c 21 44 4f/);
    await expectWeightsError(() => torchCheckpoint(new Uint8Array(0)).entries(), /expected a PyTorch checkpoint/);
  });

  it('another pickle, big-endian numbers and a truncated file', async () => {
    await expectWeightsError(() => torchCheckpoint(a.pickle(op.int(1))).entries(), /magic number.*got 1/);
    const file = a.legacy(a.pickle(a.dict({ w: matrix })), { 0: six });
    await expectWeightsError(
      () => torchCheckpoint(file.subarray(0, -4)).entries(),
      /expected \d+ bytes; got \d+ \(truncated\)/,
    );
    const big = a.zip([
      { name: 'x/data.pkl', data: a.pickle(op.emptyDict) },
      { name: 'x/byteorder', data: new TextEncoder().encode('big') },
    ]);
    await expectWeightsError(() => torchCheckpoint(big).entries(), /little-endian numbers; got byte order 'big'/);
  });

  it('a legacy storage whose count is not that of its tensors', async () => {
    const file = a.legacy(a.pickle(a.dict({ w: matrix })), { 0: six });
    file[file.length - six.length - 8] = 5;
    await expectWeightsError(() => torchCheckpoint(file).read('w'), /storage '0': expected 6 numbers; got 5/);
  });
});
