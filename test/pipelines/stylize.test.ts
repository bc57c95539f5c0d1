import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { psnr } from '../../src/image/index.js';
import { contentLoss, styleLoss, totalVariationLoss } from '../../src/losses/index.js';
import { randomVgg } from '../../src/models/index.js';
import {
  type StylizeOptions,
  type StylizeResult,
  type StylizeStep,
  gatysObjective,
  presets,
  stylize,
  stylizeSteps,
} from '../../src/pipelines/index.js';
import type { Image } from '../../src/types.js';
import { directionalError, expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';

const numbers = async (x: tf.Tensor): Promise<number[]> => [...(await x.data())];
const number = async (x: tf.Tensor): Promise<number> => (await x.data())[0]!;

// A GPU in software takes its time: a quarter of the pixels.
const size = inject('software') ? ([12, 16] as const) : ([24, 32] as const);

/** Smooth coloured blobs: something with structure, unlike noise. */
const picture = (seed: number, [h, w]: readonly [number, number] = size): Image =>
  tf.tidy(() => tf.image.resizeBilinear(randomTensor<tf.Rank.R4>([1, 4, 5, 3], seed), [h, w]));
const vgg = () => randomVgg({ seed: 1, width: 4, upTo: 'relu3_2' });

/** Runs to the end; every step, and the result. */
async function run(options: StylizeOptions): Promise<{ steps: Omit<StylizeStep, 'image'>[]; result: StylizeResult }> {
  const generator = stylizeSteps(options);
  const steps: Omit<StylizeStep, 'image'>[] = [];
  for (;;) {
    const { done, value } = await generator.next();
    if (done === true) return { steps, result: value };
    const { image, ...rest } = value;
    expect(image.isDisposed).toBe(false);
    steps.push(rest);
  }
}

describe('gatysObjective', () => {
  test('gatysObjective(options) is the weighted sum that its preset says, with an exact gradient', async () => {
    const extractor = vgg();
    const [content, style, x] = [picture(1), picture(2, [20, 28]), picture(3)];
    const objective = gatysObjective({
      extractor,
      content,
      style,
      contentLayers: ['relu2_2'],
      styleLayers: { relu1_1: 0.25, relu2_1: 0.5 },
      contentWeight: 2,
      styleWeight: 3,
      variationWeight: 5,
    });
    expect(objective.partNames).toEqual(['content relu2_2', 'style relu1_1', 'style relu2_1', 'total variation']);
    const { value, grad, parts } = objective.valueAndGrad(x);
    const layers = ['relu1_1', 'relu2_1', 'relu2_2'] as const;
    const [fc, fs, fx] = [content, style, x].map((image) => extractor.features(image, layers));
    const expected = [
      2 * (await number(contentLoss(fc!.relu2_2, { reduction: 'relative' })(fx!.relu2_2))),
      3 * 0.25 * (await number(styleLoss(fs!.relu1_1, { reduction: 'relative' })(fx!.relu1_1))),
      3 * 0.5 * (await number(styleLoss(fs!.relu2_1, { reduction: 'relative' })(fx!.relu2_1))),
      5 * (await number(totalVariationLoss()(x))),
    ];
    expect(relativeL2(await numbers(parts!), expected)).toBeLessThan(1e-4);
    expect((await number(value)) / expected.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    // A short step: a longer one crosses kinks of relu and max.
    expect(await directionalError(objective, x, grad, 0.003)).toBeLessThan(0.03);
    objective.dispose();
    extractor.dispose();
  });

  test('gatysObjective({ styles, styleWeights }) mixes Gram matrices by their shares', async () => {
    const extractor = vgg();
    const [content, a, b, x] = [picture(1), picture(2), picture(3), picture(4)];
    const at = async (styles: Image[], styleWeights: number[]): Promise<number[]> => {
      const objective = gatysObjective({ extractor, content, styles, styleWeights, contentWeight: 0 });
      const { grad } = objective.valueAndGrad(x);
      objective.dispose();
      return numbers(grad);
    };
    expect(relativeL2(await at([a, b], [2, 0]), await at([a], [1]))).toBeLessThan(1e-4);
    expect(relativeL2(await at([a, b], [1, 3]), await at([b, a], [6, 2]))).toBeLessThan(1e-4);
    expect(relativeL2(await at([a, b], [1, 1]), await at([a], [1]))).toBeGreaterThan(0.01);
    extractor.dispose();
  });

  test('gatysObjective(...).dispose() frees its targets; failing on the way frees them too', async () => {
    const extractor = vgg();
    const [content, style] = [picture(1), picture(2)];
    await expectTensorGrowth(0, () => gatysObjective({ extractor, content, style }).dispose());
    const broken = {
      ...extractor,
      features: ((image: Image, layers: never) => {
        if (image === style) throw new Error('mine');
        return extractor.features(image, layers);
      }) as typeof extractor.features,
    };
    await expectTensorGrowth(0, () => {
      expect(() => gatysObjective({ extractor: broken, content, style })).toThrow('mine');
    });
    extractor.dispose();
  });

  test.each(Object.keys(presets) as (keyof typeof presets)[])('preset %s runs and its loss falls', async (preset) => {
    const extractor = vgg();
    const { steps, result } = await run({
      extractor,
      content: picture(1),
      style: picture(2),
      preset,
      styleLayers: ['relu1_1', 'relu2_1'],
      contentLayers: ['relu2_2'],
      iterations: 12,
    });
    // Fixed steps may go up on the way; the result is the best of them.
    expect(result.loss).toBeLessThan(steps[0]!.loss);
    result.image.dispose();
    extractor.dispose();
  });
});

describe('stylizeSteps', () => {
  test('stylizeSteps(options) lowers the loss, reports its parts and the time left, and returns a picture in 0..1', async () => {
    const extractor = vgg();
    const options = { extractor, content: picture(1), style: picture(2), iterations: 15 };
    const { steps, result } = await run(options);
    expect(steps).toHaveLength(15);
    expect(steps.at(-1)!.loss).toBeLessThan(0.5 * steps[0]!.loss);
    const last = steps.at(-1)!;
    expect(last).toMatchObject({ iteration: 15, iterations: 15, level: 1, levels: 1, secondsLeft: 0 });
    expect(steps[4]!.secondsLeft).toBeGreaterThan(0);
    expect(Object.keys(last.parts)).toEqual([
      'content relu3_2',
      'style relu1_1',
      'style relu2_1',
      'style relu3_1',
      'total variation',
    ]);
    expect(Object.values(last.parts).reduce((a, b) => a + b) / last.loss).toBeCloseTo(1, 4);
    expect(result).toMatchObject({ status: 'max-iterations', iterations: 15, loss: last.loss });
    expect(result.image.shape).toEqual([1, ...size, 3]);
    const values = await numbers(result.image);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    result.image.dispose();
    extractor.dispose();
  });

  test('stylizeSteps({ levels }) paints coarse to fine and ends at the size of the content', async () => {
    const extractor = vgg();
    const options = { extractor, content: picture(1, [25, 34]), style: picture(2), levels: 2, iterations: [6, 3] };
    const { steps, result } = await expectTensorGrowth(1, () => run(options));
    expect(steps.map(({ level }) => level)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2]);
    expect(steps.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(steps.every(({ iterations }) => iterations === 9)).toBe(true);
    expect(result.evaluations).toBeGreaterThan(9);
    expect(result.image.shape).toEqual([1, 25, 34, 3]);
    // The fine level starts from the coarse one's picture, not from the content.
    const single = await run({ ...options, levels: 1, iterations: 1 });
    expect(steps[6]!.loss).toBeLessThan(single.steps[0]!.loss);
    extractor.dispose();
  });

  test('stylizeSteps({ init, seed, styleScale, bounds, optimizer }) each change the outcome', async () => {
    const extractor = vgg();
    const base = { extractor, content: picture(1), style: picture(2), iterations: 3 } as const;
    const outcome = async (options: Partial<StylizeOptions>): Promise<number[]> => {
      const { result } = await run({ ...base, ...options });
      return numbers(result.image);
    };
    const plain = await outcome({});
    expect(await outcome({})).toEqual(plain);
    const noise = await outcome({ init: 'noise' });
    for (const [name, options] of Object.entries<Partial<StylizeOptions>>({
      style: { init: 'style' },
      image: { init: picture(9) },
      scale: { styleScale: 0.5 },
      clip: { init: 'noise', bounds: { mode: 'clip' } },
      'fixed step': { optimizer: { lineSearch: 'none', initialStep: 'torch' } },
      variation: { variationWeight: 100 },
      'content weight': { contentWeight: 100 },
      'style weight': { styleWeight: 0.1 },
    })) {
      expect(relativeL2(await outcome(options), name === 'clip' ? noise : plain), name).toBeGreaterThan(1e-6);
    }
    expect(await outcome({ init: 'noise', seed: 0 })).toEqual(noise);
    expect(relativeL2(await outcome({ init: 'noise', seed: 1 }), noise)).toBeGreaterThan(0.1);
    extractor.dispose();
  });

  test('stylizeSteps frees everything on break, on abort and when the network throws', async () => {
    const extractor = vgg();
    const options = { extractor, content: picture(1), style: picture(2), iterations: 20, levels: 2 };
    await expectTensorGrowth(0, async () => {
      for await (const { iteration } of stylizeSteps(options)) if (iteration === 3) break;
    });

    const stop = new AbortController();
    const aborted = await expectTensorGrowth(1, async () => {
      const steps = stylizeSteps({ ...options, signal: stop.signal });
      for (;;) {
        const { done, value } = await steps.next();
        if (done === true) return value;
        if (value.iteration === 4) stop.abort();
      }
    });
    // Aborted at the coarse level, and yet a picture of full size.
    expect(aborted).toMatchObject({ status: 'aborted', iterations: 4 });
    expect(aborted.image.shape).toEqual([1, ...size, 3]);

    // A loop to the end never reads the result, so there is none to free; nor after an abort.
    await expectTensorGrowth(0, async () => {
      let last = 0;
      for await (const { iteration } of stylizeSteps({ ...options, iterations: 3 })) last = iteration;
      expect(last).toBe(6);
    });
    await expectTensorGrowth(0, async () => {
      const controller = new AbortController();
      for await (const { iteration } of stylizeSteps({ ...options, signal: controller.signal }))
        if (iteration === 3) controller.abort();
    });

    let calls = 0;
    const failing = {
      ...extractor,
      imageGradient: ((image: Image, at: never) => {
        calls += 1;
        if (calls === 5) throw new Error('mine');
        return extractor.imageGradient(image, at);
      }) as typeof extractor.imageGradient,
    };
    await expectTensorGrowth(0, async () => {
      await expect(run({ ...options, extractor: failing })).rejects.toThrow('mine');
    });
    calls = 0;
    await expectTensorGrowth(0, async () => {
      const loop = async (): Promise<void> => {
        for await (const { image } of stylizeSteps({ ...options, extractor: failing }))
          expect(image.isDisposed).toBe(false);
      };
      await expect(loop()).rejects.toThrow('mine');
    });
    tf.dispose(aborted.image);
    extractor.dispose();
  });
});

describe('stylize', () => {
  test('stylize(options) returns the picture of stylizeSteps and calls onStep for every step', async () => {
    const extractor = vgg();
    const options = { extractor, content: picture(1), style: picture(2), iterations: 4 };
    const seen: number[] = [];
    const image = await expectTensorGrowth(1, () =>
      stylize({ ...options, onStep: async ({ iteration }) => void seen.push(await Promise.resolve(iteration)) }),
    );
    expect(seen).toEqual([1, 2, 3, 4]);
    const { result } = await run(options);
    expect(await psnr(image, result.image)).toBe(Infinity);
    extractor.dispose();
  });

  test('stylize(options) with a throwing onStep rejects and frees everything', async () => {
    const extractor = vgg();
    await expectTensorGrowth(2, async () => {
      const run = stylize({
        extractor,
        content: picture(1),
        style: picture(2),
        onStep: () => {
          throw new Error('mine');
        },
      });
      await expect(run).rejects.toThrow('mine');
    });
    extractor.dispose();
  });

  test('stylize({ signal }) hears an abort that comes from a timer', async () => {
    const extractor = vgg();
    const started = performance.now();
    const image = await stylize({
      extractor,
      content: picture(1),
      style: picture(2),
      iterations: 100_000,
      signal: AbortSignal.timeout(300),
    });
    expect(performance.now() - started).toBeLessThan(30_000);
    image.dispose();
    extractor.dispose();
  });

  test('stylize(content, itself as the style) leaves the content as it is', async () => {
    const extractor = vgg();
    const content = picture(1);
    const image = await stylize({ extractor, content, style: content, variationWeight: 0, iterations: 5 });
    expect(await psnr(image, content)).toBeGreaterThan(60);
    extractor.dispose();
  });
});

describe('bad input gets a clear error before any work', () => {
  const good = { content: () => picture(1), style: () => picture(2) };
  const nan = (): Image =>
    tf.tensor4d(
      Float32Array.from({ length: 192 }, (_, i) => (i === 7 ? NaN : 0.5)),
      [1, 8, 8, 3],
    );
  test.each<[string, () => Record<string, unknown>, string]>([
    [
      'NaN pixels',
      () => ({ content: nan() }),
      'stylize: content must have finite values; got NaN or infinity among its pixels',
    ],
    [
      'NaN in a style',
      () => ({ style: undefined, styles: [picture(1), nan()] }),
      'stylize: style 2 must have finite values',
    ],
    [
      '0..255',
      () => ({ content: tf.fill([1, 8, 8, 3], 200) }),
      'stylize: content must have values in 0..1; got 200..200 (divide by 255?)',
    ],
    ['one channel', () => ({ style: tf.ones([1, 8, 8, 1]) }), 'stylize: style must have 3 channels (RGB)'],
    ['no batch', () => ({ content: tf.ones([8, 8, 3]) }), 'stylize: content must be a float32 tensor [b, h, w, 3]'],
    [
      'a picture of no size',
      () => ({ content: tf.zeros([1, 0, 8, 3]) }),
      'stylize: content must be a float32 tensor [b, h, w, 3]',
    ],
    [
      'no styles',
      () => ({ style: undefined, styles: [] }),
      'stylize: style must be given, or styles hold at least one; got styles []',
    ],
    [
      'weights of another number',
      () => ({ style: undefined, styles: [picture(1)], styleWeights: [1, 2] }),
      'styleWeights must have one number for each of 1 styles; got [1, 2]',
    ],
    [
      'weights that cancel',
      () => ({ style: undefined, styles: [picture(1)], styleWeights: [0] }),
      'styleWeights must not all be 0',
    ],
    ['an unknown preset', () => ({ preset: 'gatys' }), "stylize: preset must be one of 'relative', 'gatys2016'"],
    [
      'a preset that is too deep',
      () => ({ preset: 'gatys2016' }),
      "stylize: the network has no 'conv4_2' for contentLayers; load more of it, or set contentLayers",
    ],
    ['an unknown layer', () => ({ styleLayers: ['relu9_1'] }), "the network has no 'relu9_1' for styleLayers"],
    ['an unknown init', () => ({ init: 'grey' }), "init must be one of 'content', 'style', 'noise'; got 'grey'"],
    ['levels of none', () => ({ levels: 0 }), 'levels must be a whole number in 1..10; got 0'],
    [
      'too few iterations',
      () => ({ levels: 2, iterations: [5] }),
      'iterations must be a number or 2 numbers, one for each level; got [5]',
    ],
    ['half an iteration', () => ({ iterations: 1.5 }), 'iterations must be a whole number of at least 0; got 1.5'],
    ['a negative weight', () => ({ styleWeight: -1 }), 'styleWeight must be a number of at least 0; got -1'],
    ['a style scale of 0', () => ({ styleScale: 0 }), 'styleScale must be a number in 0.05..20; got 0'],
    ['an unknown optimiser option', () => ({ optimizer: { memory: 5 } }), 'memory'],
    [
      'a picture too small for the layer',
      () => ({ content: tf.ones([1, 3, 3, 3]), iterations: 1 }),
      'use a larger picture, or layers before pool2',
    ],
  ])('stylize with %s', async (_, makeOptions, message) => {
    const extractor = vgg();
    const options = makeOptions();
    const { style, ...rest } = options;
    const all = {
      extractor,
      content: good.content(),
      ...('style' in options && style === undefined ? {} : { style: style ?? good.style() }),
      ...rest,
    } as unknown as StylizeOptions;
    await expectTensorGrowth(0, () => expect(stylize(all)).rejects.toThrow(message));
    extractor.dispose();
  });
});
