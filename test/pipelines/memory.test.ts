import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import {
  type Autoencoder,
  type RandomVggOptions,
  autoencoderOutlines,
  loadAutoencoders,
  randomVgg,
  vggOutline,
} from '../../src/models/index.js';
import {
  type StylizeSettings,
  type UniversalPlan,
  estimateMemory,
  stylize,
  universalStyleTransfer,
} from '../../src/pipelines/index.js';
import type { Image } from '../../src/types.js';
import { expectTensorGrowth, randomTensor } from '../_setup/compare.js';
import { peakBytes } from '../../bench/measure.js';
import { autoencoderSource } from '../models/_autoencoders.js';

type Size = readonly [number, number];
const picture = (seed: number, [h, w]: Size): Image => randomTensor<tf.Rank.R4>([1, h, w, 3], seed);
const numbers = async (x: tf.Tensor): Promise<number[]> => [...(await x.data())];
// WebGL and WebGPU keep the pairs of L-BFGS in larger pieces.
const listsPairs = (): boolean => ['cpu', 'wasm'].includes(tf.getBackend());
// The plan is made on the host, the same everywhere. A GPU in software takes its time for the runs beside it: there, one of each.
const anywhere = inject('software') ? test.skip : test;
const onSoftware = <T>(cases: readonly T[]): readonly T[] => (inject('software') ? cases.slice(0, 1) : cases);

type StylizeCase = Partial<Omit<StylizeSettings, 'extractor' | 'content'>> & {
  readonly network?: RandomVggOptions;
  readonly size: Size;
  readonly styleSize?: Size;
  readonly pairs?: number;
};

const stylizeCases: Record<string, StylizeCase> = {
  'the default preset': { size: [32, 32], ...(inject('software') ? { size: [16, 16], pairs: 2 } : {}) },
  'recompute and an odd size': { size: [35, 29], recompute: true, pairs: 4 },
  'few pairs': { size: [32, 48], pairs: 1 },
  'average pooling and Gatys’ layers': {
    network: { pooling: 'average' },
    size: [33, 40],
    preset: 'gatys2016',
    contentLayers: ['conv2_2'],
    styleLayers: ['conv1_1', 'conv2_1', 'conv3_1'],
    pairs: 3,
  },
  'mirrored borders': { network: { padding: 'reflect', width: 8 }, size: [32, 24], pairs: 2 },
  'one layer, for content and style': {
    network: { upTo: 'relu1_2' },
    size: [24, 24],
    contentLayers: ['relu1_2'],
    styleLayers: ['relu1_2'],
    pairs: 2,
  },
  'a style twice as large': { size: [24, 24], styleSize: [48, 48], styleScale: 2, pairs: 1 },
};

/** A run with a full history. */
function runOf({ network, size, styleSize = size, pairs = 10, ...options }: StylizeCase) {
  const extractor = randomVgg({ width: 6, upTo: 'relu3_2', ...network });
  const [content, style] = [picture(1, size), picture(2, styleSize)];
  const whole = { extractor, content, style, iterations: pairs + 2, ...options, optimizer: { historySize: pairs } };
  const free = (): void => {
    tf.dispose([content, style]);
    extractor.dispose();
  };
  return { options: whole, free };
}

describe('estimateMemory({ pipeline: stylize })', () => {
  test.each(onSoftware(Object.entries(stylizeCases)))(
    'is within 15 percent of the measured peak for %s',
    async (_, given) => {
      const { options, free } = runOf(given);
      const peak = await peakBytes(async () => (await stylize(options)).dispose());
      const { size, styleSize, pairs } = given;
      const { content, style, iterations, optimizer, styleScale, ...measures } = options;
      const { bytes, parts } = estimateMemory({
        ...measures,
        pipeline: 'stylize',
        size,
        ...(styleSize === undefined ? {} : { styleSize }),
        ...(pairs === undefined ? {} : { historySize: pairs }),
      });
      free();
      if (listsPairs()) expect(Math.abs(bytes / peak - 1)).toBeLessThan(0.15);
      expect(Object.values(parts).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(bytes);
    },
  );

  test('needs no network: an outline of the same says the same, without a tensor', async () => {
    const network = { width: 5, upTo: 'relu4_1', pooling: 'average', padding: 'replicate' } as const;
    const extractor = randomVgg(network);
    const plan = { pipeline: 'stylize', size: [40, 56], historySize: 4 } as const;
    const expected = estimateMemory({ ...plan, extractor });
    expect(await expectTensorGrowth(0, () => estimateMemory({ ...plan, extractor: vggOutline(network) }))).toEqual(
      expected,
    );
    extractor.dispose();
  });

  test('says that a closure of VGG-19 to relu5_1 at 512 px holds less than 400 MB, and at 1024 px less than 1.6 GB', () => {
    const extractor = vggOutline({ width: 64, upTo: 'relu5_1' });
    const network = (side: number, recompute: boolean): number => {
      const { parts } = estimateMemory({ pipeline: 'stylize', extractor, size: [side, side], recompute });
      return parts['network']! / 1e6;
    };
    // By hand, in features of the first block (67.1 MB): relu1_1, relu1_2, 2.75 in the gradient of pool1, and twice a quarter.
    expect(network(512, false)).toBeGreaterThan(5.25 * 67);
    expect(network(512, false)).toBeLessThan(400);
    expect(network(512, true)).toBeLessThan(4.5 * 67.1);
    expect(network(1024, false)).toBeLessThan(1600);
  });

  // Wide enough for Winograd's way on wasm.
  test.each<RandomVggOptions>([
    { width: 16, upTo: 'relu3_1' },
    { width: 16, upTo: 'relu2_1', padding: 'reflect', winograd: false },
    { width: 4, upTo: 'relu2_1' },
  ])('says what the weights of a network take: %j', (network) => {
    const plan = { pipeline: 'stylize', size: [32, 32], styleLayers: ['relu1_1'], contentLayers: ['relu1_1'] } as const;
    const before = tf.memory().numBytes;
    const extractor = randomVgg(network);
    const taken = tf.memory().numBytes - before;
    expect(estimateMemory({ ...plan, extractor }).weights / taken).toBeCloseTo(1, 2);
    expect(estimateMemory({ ...plan, extractor: vggOutline(network) }).weights / taken).toBeCloseTo(1, 2);
    extractor.dispose();
  });

  test.each<[string, object, string]>([
    ['an unknown pipeline', { pipeline: 'gatys' }, "plan.pipeline must be one of 'stylize', 'universal'; got 'gatys'"],
    ['a size of one number', { size: [512] }, 'size must be [height, width], whole numbers of at least 1; got [512]'],
    [
      'a side that is no number',
      { size: [512, 0.5] },
      'size must be [height, width], whole numbers of at least 1; got [512, 0.5]',
    ],
    ['a network without outline', { extractor: { layers: ['relu1_1'] } }, 'extractor must have an outline'],
    ['an unknown layer', { styleLayers: ['relu9_1'] }, "the network has no 'relu9_1' for styleLayers"],
    ['a history of half a pair', { historySize: 0.5 }, 'historySize must be a whole number'],
  ])('refuses %s', (_, wrong, message) => {
    const plan = { pipeline: 'stylize', extractor: vggOutline({ upTo: 'relu2_1' }), size: [64, 64] } as const;
    expect(() => estimateMemory({ ...plan, ...wrong })).toThrow(message);
    expect(() => estimateMemory({ ...plan, ...wrong })).toThrow(/^estimateMemory: /);
  });
});

describe('stylize({ memoryBudget })', () => {
  const given: StylizeCase = inject('software') ? { size: [16, 16], pairs: 2 } : { size: [32, 32], pairs: 10 };
  const estimate = (recompute: boolean, historySize: number): number => {
    const extractor = vggOutline({ width: 6, upTo: 'relu3_2' });
    return estimateMemory({ pipeline: 'stylize', extractor, size: given.size, recompute, historySize }).bytes;
  };

  test('paints the same picture with recomputation, and keeps to the budget', async () => {
    const { options, free } = runOf(given);
    const plain = await stylize(options);
    const budget = estimate(true, given.pairs!);
    expect(budget).toBeLessThan(estimate(false, given.pairs!));
    let lean: Image | undefined;
    const run = async (): Promise<void> => {
      lean = await stylize({ ...options, memoryBudget: budget });
    };
    const peak = await expectTensorGrowth(1, () => peakBytes(run));
    if (listsPairs()) expect(peak).toBeLessThan(1.02 * budget);
    expect(await numbers(lean!)).toEqual(await numbers(plain));
    free();
  });

  anywhere('then keeps fewer pairs, as one would by hand', async () => {
    const { options, free } = runOf(given);
    const byHand = await stylize({ ...options, optimizer: { historySize: 5 } });
    const lean = await stylize({ ...options, memoryBudget: estimate(true, 5) + 1 });
    expect(await numbers(lean)).toEqual(await numbers(byHand));
    free();
  });

  anywhere('changes nothing where everything fits', async () => {
    const { options, free } = runOf({ ...given, pairs: 4 });
    const recomputes: unknown[] = [];
    const { extractor } = options;
    const watched: typeof extractor = {
      ...extractor,
      imageGradient: (image, at, how) => {
        recomputes.push(how?.recompute);
        return extractor.imageGradient(image, at, how);
      },
    };
    (await stylize({ ...options, extractor: watched, memoryBudget: 1e9 })).dispose();
    expect(new Set(recomputes)).toEqual(new Set([false]));
    (await stylize({ ...options, extractor: watched, memoryBudget: estimate(true, 4) })).dispose();
    expect(new Set(recomputes)).toEqual(new Set([false, true]));
    free();
  });

  anywhere('refuses before any work what cannot fit, and names the size that would', async () => {
    const { options, free } = runOf(given);
    const budget = estimate(true, 3) / 2;
    const failed = await expectTensorGrowth(0, () =>
      stylize({ ...options, memoryBudget: budget }).then(
        () => undefined,
        (error: unknown) => error as Error,
      ),
    );
    const [, h, w] =
      /^stylize: memoryBudget is .* MB, and a picture of 32x32 needs .* MB with recompute and 3 pairs of the optimiser: (\d+)x(\d+) would fit$/.exec(
        failed!.message,
      )!;
    const content = picture(1, [Number(h), Number(w)]);
    (await stylize({ ...options, content, style: content, memoryBudget: budget })).dispose();
    content.dispose();
    await expect(stylize({ ...options, memoryBudget: 100 })).rejects.toThrow('no size fits');
    await expect(stylize({ ...options, memoryBudget: NaN })).rejects.toThrow('stylize: memoryBudget must be a number');
    const { outline: _, ...silent } = options.extractor;
    await expect(stylize({ ...options, extractor: silent, memoryBudget: 1e9 })).rejects.toThrow('must have an outline');
    free();
  });
});

describe('universalStyleTransfer', () => {
  const load = (levels?: Parameters<typeof autoencoderOutlines>[0]['levels']): Promise<Autoencoder[]> =>
    loadAutoencoders(autoencoderSource(), { family: 'slim', ...(levels && { levels }) });
  const run = async (levels: readonly Autoencoder[], size: Size, style: Size, options: object): Promise<Image> => {
    const [content, look] = [picture(1, size), picture(2, style)];
    try {
      return await universalStyleTransfer({ content, style: look, levels, ...options });
    } finally {
      tf.dispose([content, look]);
    }
  };

  const cases: [string, Parameters<typeof load>[0], Omit<UniversalPlan, 'pipeline' | 'levels'>][] = [
    ['level 2 in tiles', [2], { size: [150, 70], tileSize: 64 }],
    ['all levels', undefined, { size: [64, 64] }],
    ['level 1 in tiles', [1], { size: [160, 130], tileSize: 64 }],
    ['two levels and a large style', [3, 1], { size: [40, 40], styleSizes: [[96, 64]] }],
  ];
  test.each(onSoftware(cases))(
    'estimateMemory({ pipeline: universal }) is within 15 percent of the measured peak for %s',
    async (_, wanted, plan) => {
      const levels = await load(wanted);
      const [content, style] = [picture(1, plan.size), picture(2, plan.styleSizes?.[0] ?? plan.size)];
      const { tileSize = 768 } = plan;
      const peak = await peakBytes(async () => {
        (await universalStyleTransfer({ content, style, levels, tileSize })).dispose();
      });
      const { bytes } = estimateMemory({ pipeline: 'universal', levels, ...plan });
      expect(Math.abs(bytes / peak - 1)).toBeLessThan(0.15);
      for (const level of levels) level.dispose();
    },
  );

  test('estimateMemory says what the weights of the levels take, those that they share once', async () => {
    const before = tf.memory().numBytes;
    const levels = await load([1, 3]);
    const taken = tf.memory().numBytes - before;
    expect(estimateMemory({ pipeline: 'universal', levels, size: [64, 64] }).weights).toBe(taken);
    for (const level of levels) level.dispose();
  });

  test('estimateMemory takes autoencoderOutlines in the place of loaded ones', () => {
    const levels = autoencoderOutlines({ family: 'slim', levels: [5, 1] });
    const plan = { pipeline: 'universal', levels, size: [512, 512] } as const;
    expect(estimateMemory({ ...plan, tileSize: 128 }).bytes).toBeLessThan(estimateMemory(plan).bytes);
    expect(() => estimateMemory({ ...plan, levels: [{ level: 1, stride: 1, reach: 1 }] })).toThrow('must be loaded');
  });

  anywhere('memoryBudget works in tiles that fit, to the same picture', async () => {
    const levels = await load([1]);
    const [size, style]: Size[] = [
      [160, 160],
      [64, 64],
    ];
    const plan = { pipeline: 'universal', levels, size: size!, styleSizes: [style!] } as const;
    const memoryBudget = estimateMemory({ ...plan, tileSize: 64 }).bytes;
    expect(memoryBudget).toBeLessThan(estimateMemory(plan).bytes);
    let lean: Image | undefined;
    const peak = await peakBytes(async () => {
      lean = await run(levels, size!, style!, { memoryBudget });
    });
    // The pictures that the run is given are made within the measured time.
    expect(peak - 4 * 3 * (160 ** 2 + 64 ** 2)).toBeLessThan(1.02 * memoryBudget);
    const byHand = await run(levels, size!, style!, { tileSize: 64 });
    expect(await numbers(lean!)).toEqual(await numbers(byHand));
    for (const level of levels) level.dispose();
  });

  test('memoryBudget refuses before any work what cannot fit, and levels that are not loaded', async () => {
    const levels = await load([1]);
    await expectTensorGrowth(0, () =>
      expect(run(levels, [160, 160], [64, 64], { memoryBudget: 1e6 })).rejects.toThrow(
        /^universalStyleTransfer: memoryBudget is 1\.00 MB, and a picture of 160x160 needs .* MB in tiles of 64 pixels: \d+x\d+ would fit$/,
      ),
    );
    levels[0]!.dispose();
    await expect(run(levels, [64, 64], [64, 64], { memoryBudget: 1e9 })).rejects.toThrow(
      'levels must be loaded, or come from autoencoderOutlines, to know what they take of memory; level 1 is not',
    );
  });
});
