import { describe, expect, it } from 'vitest';
import { WeightsError } from '../../../src/errors.js';
import {
  encodeSafetensors,
  safetensors,
  tfjsManifest,
  torchCheckpoint,
  type WeightSource,
} from '../../../src/models/weights/index.js';
import { randomNumbers } from '../../_setup/compare.js';
import * as a from './_archives.js';

/* Damaged files: whatever is changed in them, reading either works or throws a WeightsError, soon, and makes no huge arrays. */

const MUTATIONS = 300;
const MOST_NUMBERS = 2 ** 24;

/** One to three random changes: bytes, 32-bit numbers, cuts, repeats, insertions, truncation. */
function mutate(file: Uint8Array, next: () => number): Uint8Array {
  const whole = (below: number): number => Math.floor(next() * below);
  let bytes: Uint8Array = file.slice();
  for (let changes = 1 + whole(3); changes > 0; changes--) {
    const at = whole(bytes.length);
    const length = whole(Math.min(40, bytes.length - at));
    const kind = whole(7);
    if (kind <= 1) bytes[at] = whole(256);
    else if (kind === 2)
      bytes.set(
        a.number([0, 1, 0x7fffffff, 0xffffffff, whole(2 ** 32)][whole(5)]!, 4).subarray(0, bytes.length - at),
        at,
      );
    else if (kind === 3) bytes = a.join(bytes.subarray(0, at), bytes.subarray(at + length));
    else if (kind === 4) bytes = a.join(bytes.subarray(0, at + length), bytes.subarray(at));
    else if (kind === 5)
      bytes = a.join(
        bytes.subarray(0, at),
        Array.from({ length: 8 }, () => whole(256)),
        bytes.subarray(at),
      );
    else bytes = bytes.slice(0, at);
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

const matrix = (key: string, offset = 0): a.Bytes =>
  a.tensor({ key, length: 6, offset, shape: [2, 2], strides: [2, 1] });
const object = a.pickle(
  a.dict({ epoch: a.op.int(3), model: a.dict({ a: matrix('0'), b: matrix('0', 2), c: matrix('1') }) }),
);
const storages = { 0: a.floats(1, 2, 3, 4, 5, 6), 1: a.floats(7, 8, 9, 10, 11, 12) };
const manifest = new TextEncoder().encode(
  JSON.stringify({
    weightsManifest: [
      {
        paths: ['s1', 's2'],
        weights: [
          { name: 'k', shape: [2, 2], dtype: 'float32' },
          { name: 'q', shape: [4], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: 1 } },
        ],
      },
    ],
  }),
);
const fetchOf =
  (bytes: Uint8Array): typeof fetch =>
  (input) =>
    Promise.resolve(
      new Response((String(input as string | URL).endsWith('.json') ? bytes : new Uint8Array(10)).slice()),
    );

const deflated = async (): Promise<Uint8Array> => {
  const members = [
    { name: 'x/data.pkl', data: object },
    ...Object.entries(storages).map(([key, data]) => ({ name: `x/data/${key}`, data })),
  ];
  return a.zip(await Promise.all(members.map(async (member) => ({ ...member, packed: await a.deflate(member.data) }))));
};

const readers: [
  name: string,
  file: () => Uint8Array | Promise<Uint8Array>,
  open: (bytes: Uint8Array) => WeightSource,
][] = [
  [
    'safetensors',
    () =>
      encodeSafetensors(
        { a: { shape: [2, 2], values: [1, 2, 3, 4] }, b: { shape: [3], values: [5, 6, 7] } },
        { metadata: { x: 'y' } },
      ),
    (bytes) => safetensors(bytes),
  ],
  ['torchCheckpoint, legacy', () => a.legacy(object, storages), (bytes) => torchCheckpoint(bytes)],
  ['torchCheckpoint, zip', () => a.zipped(object, storages), (bytes) => torchCheckpoint(bytes)],
  ['torchCheckpoint, deflated zip', deflated, (bytes) => torchCheckpoint(bytes)],
  // The pickle alone is damaged, so that checksums do not catch it first.
  ['torchCheckpoint, pickle', () => object, (bytes) => torchCheckpoint(a.zipped(bytes, storages))],
  [
    'tfjsManifest',
    () => manifest,
    (bytes) => tfjsManifest('https://example.org/model.json', { fetch: fetchOf(bytes), retries: 0 }),
  ],
];

async function readAll(source: WeightSource): Promise<number> {
  let numbers = 0;
  for (const [name, { shape }] of await source.entries()) {
    const { values } = await source.read(name);
    expect(values).toHaveLength(shape.reduce((product, side) => product * side, 1));
    numbers = Math.max(numbers, values.length);
  }
  return numbers;
}

describe.each(readers)('%s', (_, file, open) => {
  it('reads the sound file', async () => {
    expect(await readAll(open(await file()))).toBeGreaterThan(0);
  });

  it(`reads ${MUTATIONS} damaged files or throws a WeightsError`, async () => {
    const next = randomNumbers(20160427);
    const sound = await file();
    let refused = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const bytes = mutate(sound, next);
      const started = performance.now();
      try {
        expect(await readAll(open(bytes))).toBeLessThanOrEqual(MOST_NUMBERS);
      } catch (error) {
        if (!(error instanceof WeightsError)) throw new Error(`mutation ${i} is not refused cleanly`, { cause: error });
        refused++;
      }
      expect(performance.now() - started).toBeLessThan(1000);
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 4);
  });
});
