import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { noiseImage } from '../../src/image/index.js';
import { type Autoencoder, loadAutoencoders } from '../../src/models/index.js';
import {
  type UniversalProgress,
  styleOperators,
  synthesizeTexture,
  universalStyleTransfer,
} from '../../src/pipelines/index.js';
import type { Image } from '../../src/types.js';
import { featureMoments, styleOperator, transferMethods, wct } from '../../src/wct/index.js';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';
import { autoencoderSource, pixels } from '../models/_autoencoders.js';

/* Random networks of a few channels: what the cascade does with them is the same as with trained ones. */

let levels: Autoencoder[];
beforeAll(async () => {
  levels = await loadAutoencoders(autoencoderSource(1, 3), { family: 'slim', levels: [1, 2, 3] });
});
afterAll(() => {
  for (const level of levels) level.dispose();
});

type Size = [height: number, width: number];
const picture = (height: number, width: number, seed: number): Image =>
  randomTensor<tf.Rank.R4>([1, height, width, 3], seed);
/** A picture with coarse structure, so that neighbouring tiles differ. */
const blobs = (height: number, width: number, seed: number): Image =>
  tf.tidy(() => tf.image.resizeBilinear(picture(9, 9, seed), [height, width]));

async function numbers(x: tf.Tensor): Promise<Float32Array> {
  const values = await x.data<'float32'>();
  x.dispose();
  return values;
}

async function expectPicture(x: Image, height: number, width: number): Promise<void> {
  expect(x.shape).toEqual([1, height, width, 3]);
  const values = await numbers(x);
  expect(values.every((v) => v >= 0 && v <= 1)).toBe(true);
}

const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

/** Rounding of float32 through whitening, which amplifies the weakest directions; GPUs divide less exactly. */
const close = (): number => ({ cpu: 1e-4, wasm: 1e-3 })[tf.getBackend()] ?? 4e-3;

describe('universalStyleTransfer(options)', () => {
  test('is encode, wct and decode from the deepest level to the finest, clipped at the end', async () => {
    const [content, style] = [picture(16, 24, 1), picture(20, 12, 2)];
    const strengths = [0.5, 1, 0.8];
    let expected = tf.clone(content);
    for (const i of [2, 1, 0]) {
      const level = levels[i]!;
      const [f, g] = [level.encode(expected), level.encode(style)];
      const mapped = await wct(f, g, { strength: strengths[i]! });
      const next = level.decode(mapped);
      tf.dispose([expected, f, g, mapped]);
      expected = next;
    }
    const result = await expectTensorGrowth(1, () =>
      universalStyleTransfer({ content, style, levels, strength: strengths }),
    );
    const clipped = tf.tidy(() => tf.clipByValue(expected, 0, 1));
    expect(maxDifference(await numbers(result), await numbers(clipped))).toBeLessThan(close());
    tf.dispose([content, style, expected]);
  });

  test('gives pixels the mean and covariance of the style', async () => {
    const content = noiseImage([1, 24, 24, 3], { mean: 0.5, deviation: 0.02, seed: 1 });
    const style = noiseImage([1, 16, 20, 3], { mean: 0.4, deviation: 0.05, seed: 2 });
    const result = await universalStyleTransfer({ content, style, levels: [pixels] });
    const [wanted, got] = [await featureMoments(style), await featureMoments(result)];
    expect(relativeL2(got.mean, wanted.mean)).toBeLessThan(1e-3);
    expect(relativeL2(got.covariance, wanted.covariance)).toBeLessThan(1e-3);
    tf.dispose([content, style, result]);
  });

  test.each([
    [1, 1],
    [2, 3],
    [5, 7],
    [9, 30],
    [17, 8],
  ])('keeps the size %i x %i', async (height, width) => {
    const [content, style] = [picture(height, width, 1), picture(12, 12, 2)];
    await expectPicture(await universalStyleTransfer({ content, style, levels }), height, width);
    tf.dispose([content, style]);
  });

  test('makes no NaN of constant pictures, single pixels and styles smaller than what a feature sees', async () => {
    const plain = (value: number, side: number): Image => tf.fill<tf.Rank.R4>([1, side, side, 3], value);
    const pictures = [plain(0, 16), picture(2, 2, 1), picture(16, 16, 2)];
    // What differs beyond that is computed on the host, and a GPU in software takes its time.
    if (!inject('software')) pictures.push(plain(1, 16), plain(0.5, 1));
    for (const content of pictures)
      for (const style of pictures)
        for (const method of inject('software') ? (['wct'] as const) : transferMethods) {
          const [, h, w] = content.shape;
          await expectPicture(await universalStyleTransfer({ content, style, levels, method }), h, w);
        }
    tf.dispose(pictures);
  });

  test('says in words where statistics are degenerate', async () => {
    const [content, style] = [tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.5), picture(8, 8, 1)];
    const degraded: unknown[] = [];
    const onLevel = ({ maps }: UniversalProgress): void => void degraded.push(maps[0]!.degraded);
    tf.dispose(await universalStyleTransfer({ content, style, levels: [levels[0]!], onLevel }));
    tf.dispose(await universalStyleTransfer({ content: style, style: content, levels: [levels[0]!], onLevel }));
    expect(degraded).toEqual(['content-constant', 'style-constant']);
    tf.dispose([content, style]);
  });

  // Six tiles: the widest features are computed again, the others kept. A GPU in software takes its time: there the widest alone,
  // and two tiles of kept ones.
  const seams: [string, Size, number[], number[]][] = inject('software')
    ? [
        ['computed again', [150, 110], [0], [13]],
        ['kept', [70, 16], [2], [3]],
      ]
    : [['computed again and kept', [150, 110], [0, 1, 2], [13, 7, 7]]];
  test.each(seams)('has no seams between tiles: features for the second pass are %s', async (_, size, at, expected) => {
    const used = at.map((i) => levels[i]!);
    const [content, style] = [blobs(...size, 1), blobs(12, 16, 2)];
    const encodes = used.map(() => 0);
    const counted = used.map((level, i) => ({
      ...level,
      encode(image: Image) {
        encodes[i]! += 1;
        return level.encode(image);
      },
    }));
    const run = (tileSize: number) => universalStyleTransfer({ content, style, levels: counted, tileSize });
    const whole = await numbers(await run(1024));
    expect(encodes).toEqual(used.map(() => 2));
    encodes.fill(0);
    const tiled = await numbers(await expectTensorGrowth(1, () => run(64)));
    // The style once, and every tile.
    expect(encodes).toEqual(expected);
    expect(maxDifference(whole, tiled)).toBeLessThan(close());
    tf.dispose([content, style]);
  });

  test('mixes styles: all of the first is the first, and operators serve instead of pictures', async () => {
    const [content, a, b] = [picture(16, 16, 1), picture(16, 12, 2), blobs(12, 16, 3)];
    const alone = await numbers(await universalStyleTransfer({ content, style: a, levels }));
    const known = await styleOperators(b, { levels });
    const first = await universalStyleTransfer({ content, styles: [a, known], styleWeights: [3, 0], levels });
    expect(maxDifference(alone, await numbers(first))).toBeLessThan(close());
    const half = await numbers(await universalStyleTransfer({ content, styles: [a, b], levels }));
    const byOperators = await numbers(
      await universalStyleTransfer({ content, styles: [await styleOperators(a, { levels }), known], levels }),
    );
    expect(maxDifference(half, byOperators)).toBeLessThan(close());
    expect(maxDifference(half, alone)).toBeGreaterThan(0.05);
    const covariance = await universalStyleTransfer({ content, styles: [a, b], levels, mix: 'covariance' });
    expect(maxDifference(half, await numbers(covariance))).toBeGreaterThan(1e-3);
    tf.dispose([content, a, b]);
  });

  test('every method and every spectral option changes the picture', async () => {
    const [content, style] = [picture(16, 16, 1), blobs(16, 16, 2)];
    const run = async (options: object) =>
      numbers(await universalStyleTransfer({ content, style, levels: [levels[1]!], ...options }));
    const plain = await run({});
    const others = [{ method: 'ot' }, { method: 'adain' }, { whitening: { shrink: 1 } }, { colouring: { shrink: 1 } }];
    for (const options of others) expect(maxDifference(plain, await run(options))).toBeGreaterThan(1e-3);
    expect(maxDifference(plain, await run({ strength: 0.5 }))).toBeGreaterThan(1e-3);
    tf.dispose([content, style]);
  });

  test('a mask of ones is no mask; what no region covers stays the content', async () => {
    const [content, style] = [picture(16, 24, 1), picture(12, 12, 2)];
    const free = await numbers(await universalStyleTransfer({ content, style, levels }));
    const ones = tf.ones<tf.Rank.R4>([1, 16, 24, 1]);
    const masked = await expectTensorGrowth(1, () => universalStyleTransfer({ content, style, levels, masks: ones }));
    expect(maxDifference(free, await numbers(masked))).toBeLessThan(close());
    const zeros = tf.zeros<tf.Rank.R4>([1, 16, 24, 1]);
    const untouched = await universalStyleTransfer({ content, style, levels, masks: zeros });
    expect(await numbers(untouched)).toEqual(await content.data());
    tf.dispose([content, style, ones, zeros]);
  });

  test('two regions have two styles, tiles or not; one pixel and an empty region are harmless', async () => {
    // Higher than a tile; a GPU in software takes its time.
    const [h, w] = [70, inject('software') ? 16 : 96];
    const content = noiseImage([1, h, w, 3], { mean: 0.5, deviation: 0.03, seed: 1 });
    const [dark, bright] = [0.3, 0.7].map((mean, k) =>
      noiseImage([1, 16, 16, 3], { mean, deviation: 0.03, seed: 2 + k }),
    ) as [Image, Image];
    const left = tf.tidy(() =>
      tf.tile<tf.Tensor4D>(tf.concat([tf.ones([1, 1, w / 2, 1]), tf.zeros([1, 1, w / 2, 1])], 2), [1, h, 1, 1]),
    );
    const masks = tf.tidy(() => tf.concat([left, tf.sub<tf.Tensor4D>(1, left)], 3));
    const options = { content, styles: [dark, bright], masks, levels: [pixels] };
    const values = await numbers(await universalStyleTransfer(options));
    const meanOf = (begin: number): number => {
      let sum = 0;
      for (let y = 0; y < h; y++) for (let x = begin; x < begin + w / 2; x++) sum += values[(y * w + x) * 3]!;
      return (2 * sum) / (h * w);
    };
    expect(meanOf(0)).toBeCloseTo(0.3, 1);
    expect(meanOf(w / 2)).toBeCloseTo(0.7, 1);
    const tiled = await numbers(await universalStyleTransfer({ ...options, tileSize: 64 }));
    expect(maxDifference(values, tiled)).toBeLessThan(close());

    const onePixel = tf.tidy(() =>
      tf.pad(
        tf.ones<tf.Rank.R4>([1, 1, 1, 2]),
        [
          [0, 0],
          [3, h - 4],
          [5, w - 6],
          [0, 0],
        ],
        0,
      ),
    );
    const halved = tf.tidy(() => tf.mul<tf.Tensor4D>(onePixel, 0.5));
    await expectPicture(await universalStyleTransfer({ ...options, masks: halved, levels }), h, w);
    const empty = tf.tidy(() => tf.concat<tf.Tensor4D>([tf.ones([1, h, w, 1]), tf.zeros([1, h, w, 1])], 3));
    await expectPicture(await universalStyleTransfer({ ...options, masks: empty, levels }), h, w);
    tf.dispose([content, dark, bright, left, masks, onePixel, halved, empty]);
  });

  test('reports every level, and shows the picture so far', async () => {
    const [content, style] = [picture(12, 20, 1), picture(12, 12, 2)];
    const reports: UniversalProgress[] = [];
    const shapes: number[][] = [];
    const result = await universalStyleTransfer({
      content,
      style,
      levels,
      onLevel: (report) => {
        shapes.push(report.image.shape);
        reports.push(report);
      },
    });
    expect(reports.map(({ name, done, count }) => [name, done, count])).toEqual([
      ['relu3_1', 1, 3],
      ['relu2_1', 2, 3],
      ['relu1_1', 3, 3],
    ]);
    expect(shapes).toEqual([1, 2, 3].map(() => [1, 12, 20, 3]));
    expect(reports.every(({ image }) => image.isDisposed)).toBe(true);
    expect(reports[0]!.secondsLeft).toBeGreaterThan(0);
    expect(reports[2]!.secondsLeft).toBe(0);
    const spent = reports.flatMap(({ phases }) => Object.values(phases)).reduce((a, b) => a + b, 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(reports[2]!.seconds + 1e-3);
    tf.dispose([content, style, result]);
  });

  test('loads weights level by level and frees them on request', async () => {
    const [content, style] = [picture(8, 8, 1), picture(8, 8, 2)];
    const before = tf.memory().numTensors;
    const lazy = await loadAutoencoders(autoencoderSource(1, 2), { family: 'slim', levels: [1, 2], lazy: true });
    const loaded: boolean[][] = [];
    const onLevel = (): void => void loaded.push(lazy.map((level) => level.loaded));
    const result = await universalStyleTransfer({ content, style, levels: lazy, keepWeights: false, onLevel });
    expect(loaded).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(lazy.map((level) => level.loaded)).toEqual([false, false]);
    expect(tf.memory().numTensors - before).toBe(1);
    tf.dispose([content, style, result]);
  });

  test('frees everything when it is aborted, when a callback throws and when weights are missing', async () => {
    const [content, style] = [picture(8, 8, 1), picture(8, 8, 2)];
    const masks = tf.ones<tf.Rank.R4>([1, 8, 8, 1]);
    const options = { content, style, levels, masks };
    const controller = new AbortController();
    const broken = { ...pixels, load: () => Promise.reject(new Error('offline')) };
    const failures: [object, string][] = [
      [{ signal: AbortSignal.abort(new Error('no time')) }, 'no time'],
      [{ signal: controller.signal, onLevel: () => controller.abort(new Error('enough')) }, 'enough'],
      [{ onLevel: () => Promise.reject(new Error('callback')) }, 'callback'],
      [{ levels: [levels[1]!, broken] }, 'offline'],
      [{ content: tf.fill([1, 8, 8, 3], NaN) }, 'NaN'],
    ];
    for (const [change, message] of failures)
      await expectTensorGrowth(0, () =>
        expect(universalStyleTransfer({ ...options, ...change })).rejects.toThrow(message),
      );
    expect([content, style, masks].some((x) => x.isDisposed)).toBe(false);
    tf.dispose([content, style, masks, failures[4]![0] as tf.TensorContainer]);
  });

  test('names what is wrong before any work', async () => {
    const [content, style] = [picture(8, 8, 1), picture(8, 8, 2)];
    const good = { content, style, levels };
    const cases: [object, string | RegExp][] = [
      [{ content: tf.zeros([8, 8, 3]) }, 'content must be a float32 tensor [b, h, w, 3]'],
      [{ content: tf.zeros([2, 8, 8, 3]) }, 'content must be one picture, [1, h, w, 3]; got a float32 tensor'],
      [{ style: tf.zeros([1, 8, 8, 4]) }, 'style must have 3 channels'],
      [{ style: {} }, 'style must have an operator for relu1_1'],
      [{ style: undefined, styles: [] }, /style/],
      [{ levels: [] }, 'levels must hold autoencoders from loadAutoencoders; got []'],
      [{ strength: 1.5 }, 'strength must be a number in 0..1; got 1.5'],
      [{ strength: [1, 1] }, 'strength must be a number or 3 numbers, one for each level; got [1, 1]'],
      [{ method: 'gatys' }, "method must be one of 'wct', 'ot', 'adain'; got 'gatys'"],
      [{ mix: 'both' }, "mix must be one of 'operator', 'covariance'; got 'both'"],
      [{ tileSize: 10 }, 'tileSize must be a whole number of at least 64; got 10'],
      [{ masks: tf.zeros([1, 8, 9, 1]) }, 'masks must have the shape [1, 8, 8, 1]; got [1, 8, 9, 1]'],
      [{ masks: tf.fill([1, 8, 8, 1], 2) }, 'sums at each pixel are at most 1; got values from 2.00'],
      [{ whitening: { shrink: -1 } }, 'shrink must be a number of at least 0; got -1'],
    ];
    for (const [change, message] of cases) {
      await expectTensorGrowth(0, () =>
        expect(universalStyleTransfer({ ...good, ...change })).rejects.toThrow(message),
      );
      tf.dispose(change as tf.TensorContainer);
    }
    const several = { content, styles: [style, style], levels };
    const wrongWeights: [object, string][] = [
      [{ styleWeights: [1] }, 'styleWeights must have one number for each of 2 styles; got [1]'],
      [{ styleWeights: [0, 0] }, 'styleWeights must not all be 0'],
      [{ styleWeights: [1, -1] }, 'styleWeights[1] must be a number of at least 0; got -1'],
    ];
    for (const [change, message] of wrongWeights)
      await expect(universalStyleTransfer({ ...several, ...change })).rejects.toThrow(message);
    tf.dispose([content, style]);
  });
});

describe('styleOperators(style, options)', () => {
  test('is the operator of each level, of a region where there is a mask, and leaves nothing behind', async () => {
    const style = picture(16, 16, 1);
    const operators = await expectTensorGrowth(0, () => styleOperators(style, { levels, tileSize: 64 }));
    expect(Object.keys(operators)).toEqual(['relu1_1', 'relu2_1', 'relu3_1']);
    const features = levels[1]!.encode(style);
    const expected = styleOperator(await featureMoments(features));
    expect(relativeL2(operators['relu2_1']!.sqrt, expected.sqrt)).toBeLessThan(close());
    features.dispose();

    const top = tf.tidy(() => tf.slice(style, [0, 0, 0, 0], [1, 8, 16, 3]));
    const mask = tf.tidy(() => tf.concat<tf.Tensor4D>([tf.ones([1, 8, 16, 1]), tf.zeros([1, 8, 16, 1])], 1));
    const [region, alone] = [
      await expectTensorGrowth(0, () => styleOperators(style, { levels: [pixels], mask })),
      await styleOperators(top, { levels: [pixels] }),
    ];
    expect(relativeL2(region['pixels']!.sqrt, alone['pixels']!.sqrt)).toBeLessThan(1e-4);
    tf.dispose([style, top, mask]);
  });

  test('says what is wrong and frees everything', async () => {
    const style = picture(8, 8, 1);
    const mask = tf.ones<tf.Rank.R4>([1, 8, 9, 1]);
    const good = { levels };
    const cases: [object, string][] = [
      [{ levels: [] }, 'levels must hold autoencoders'],
      [{ mask }, 'mask must have the shape [1, 8, 8, 1]; got [1, 8, 9, 1]'],
      [{ tileSize: 1 }, 'tileSize must be a whole number'],
      [{ signal: AbortSignal.abort(new Error('no time')) }, 'no time'],
    ];
    for (const [change, message] of cases)
      await expectTensorGrowth(0, () => expect(styleOperators(style, { ...good, ...change })).rejects.toThrow(message));
    tf.dispose([style, mask]);
  });
});

describe('synthesizeTexture(options)', () => {
  test('makes any size of a style, another one for another seed, and the same for the same', async () => {
    const style = blobs(24, 24, 1);
    const run = (seed: number, rounds = 1) =>
      synthesizeTexture({ style, levels: [levels[0]!], size: [10, 22], seed, rounds });
    const first = await expectTensorGrowth(1, () => run(1));
    expect(first.shape).toEqual([1, 10, 22, 3]);
    const values = await numbers(first);
    expect(maxDifference(values, await numbers(await run(1)))).toBe(0);
    expect(maxDifference(values, await numbers(await run(2)))).toBeGreaterThan(0.05);
    expect(maxDifference(values, await numbers(await run(1, 2)))).toBeGreaterThan(1e-3);
    style.dispose();
  });

  test('says what is wrong and frees everything on abort', async () => {
    const style = picture(8, 8, 1);
    const size = [8, 8] as const;
    const failures: [object, string][] = [
      [{ size: [0, 8] }, 'size must be [height, width], whole numbers of at least 1; got [0, 8]'],
      [{ rounds: 0 }, 'rounds must be a whole number of at least 1; got 0'],
      [{ signal: AbortSignal.abort(new Error('no time')) }, 'no time'],
      [{ onLevel: () => Promise.reject(new Error('callback')) }, 'callback'],
    ];
    for (const [change, message] of failures)
      await expectTensorGrowth(0, () =>
        expect(synthesizeTexture({ style, levels, size, ...change })).rejects.toThrow(message),
      );
    style.dispose();
  });
});
