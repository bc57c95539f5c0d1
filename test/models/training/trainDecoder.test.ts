import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type FeatureExtractor,
  type NamedWeights,
  type TrainDecoderOptions,
  type TrainDecoderResult,
  type TrainDecoderStep,
  type VggLayer,
  encodeSafetensors,
  loadDecoder,
  randomVgg,
  safetensors,
  trainDecoder,
} from '../../../src/models/index.js';
import type { Image } from '../../../src/types.js';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../../_setup/compare.js';

type Options = TrainDecoderOptions<VggLayer<'vgg19'>>;
type Run = ReturnType<typeof trainDecoder>;

let encoder: FeatureExtractor<VggLayer<'vgg19'>>;
let images: Image[];
const onGpu = (): boolean => ['webgl', 'webgpu'].includes(tf.getBackend());

/** Soft blobs: eight pictures of 20x24 pixels. */
function pictures(): Image[] {
  return Array.from({ length: 8 }, (_, i) =>
    tf.tidy(() => tf.image.resizeBilinear(randomTensor<tf.Rank.R4>([1, 4, 5, 3], i + 1), [20, 24])),
  );
}
beforeAll(() => {
  encoder = randomVgg({ seed: 3, width: 4, upTo: 'relu3_1', padding: 'reflect' });
  images = pictures();
});
afterAll(() => {
  tf.dispose(images);
  encoder.dispose();
});

const options: Options = { level: 2, steps: 4, batchSize: 2, cropSize: 16, seed: 5, optimizer: { learningRate: 3e-3 } };

async function finish(run: Run): Promise<{ steps: TrainDecoderStep[]; result: TrainDecoderResult }> {
  const steps: TrainDecoderStep[] = [];
  let next = await run.next();
  while (next.done !== true) {
    steps.push(next.value);
    next = await run.next();
  }
  return { steps, result: next.value };
}

describe('a walk of a user', () => {
  test('trainDecoder(randomVgg, eight pictures) learns, and its weights make a decoder that paints better', async () => {
    const steps = onGpu() ? 6 : 30;
    let untrained: NamedWeights | undefined;
    const { steps: seen, result } = await expectTensorGrowth(0, async () => {
      const run = trainDecoder(encoder, images, { ...options, steps, colorWeight: 1, variationWeight: 0.1 });
      const first = (await run.next()).value as TrainDecoderStep;
      untrained = await first.weights();
      const rest = await finish(run);
      return { ...rest, steps: [first, ...rest.steps] };
    });
    expect(result.status).toBe('finished');
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
    const [first, last] = [seen[0]!, seen.at(-1)!];
    expect(last.loss).toBeLessThan(first.loss * (onGpu() ? 0.9 : 0.5));
    expect(Object.keys(first.losses)).toEqual(['pixel', 'color', 'variation', 'relu2_1']);
    for (const { loss, losses } of seen)
      expect(losses['pixel']! + losses['color']! + 0.1 * losses['variation']! + losses['relu2_1']!).toBeCloseTo(
        loss,
        5,
      );
    // Half a cosine: the rate starts full and ends at a fraction.
    expect(first.learningRate).toBe(3e-3);
    expect(last.learningRate).toBeLessThan(first.learningRate!);
    expect(first.imagesPerSecond).toBeGreaterThan(0);
    expect(first.secondsLeft).toBeGreaterThan(0);
    expect(last.secondsLeft).toBe(0);

    const { relu2_1 } = encoder.features(images[0]!, ['relu2_1']);
    const error = async (weights: NamedWeights): Promise<number> => {
      const decoder = await loadDecoder(safetensors(encodeSafetensors(weights)), { level: 2 });
      const painted = decoder.decode(relu2_1);
      decoder.dispose();
      return relativeL2(await painted.data(), await images[0]!.data());
    };
    expect(await error(result.weights)).toBeLessThan((await error(untrained!)) * (onGpu() ? 1 : 0.7));
  });
});

/** One step from given weights: the loss there, and the weights after it. */
async function oneStep(terms: Partial<Options>): Promise<{ loss: number; weights: NamedWeights }> {
  const { steps, result } = await finish(trainDecoder(encoder, images, { ...options, ...terms, steps: 1 }));
  return { loss: steps[0]!.loss, weights: result.weights };
}

const still = { learningRate: 0 };
const flat = (weights: NamedWeights): number[] => Object.values(weights).flatMap(({ values }) => [...values]);
const norm = (values: readonly number[]): number => Math.hypot(...values);

/** `a + t b`, array by array. */
const along = (a: NamedWeights, t: number, b: NamedWeights): NamedWeights =>
  Object.fromEntries(
    Object.entries(a).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value, i) => value + t * b[name]!.values[i]!) },
    ]),
  );

describe('the gradient of all weights together is the slope of the loss', () => {
  test.each<[string, Partial<Options>]>([
    [
      "'mean' with every term, on two layers",
      { colorWeight: 2, variationWeight: 1, featureLayers: ['relu1_1', 'conv2_1'] },
    ],
    ["'paper' with zero padding", { reduction: 'paper', pixelWeight: 0.5, featureWeight: 2, padding: 'zero' }],
    [
      'features alone, replicate padding, widths of its own',
      { pixelWeight: 0, padding: 'replicate', channels: [3, 8] },
    ],
    ['level 3', { level: 3, featureLayers: ['relu3_1'], featureWeight: 0.2 }],
    ['features seen through noise', { featureNoise: 0.5 }],
    ['colours of 16x16 pixels out of 20', { cropSize: 20, featureWeight: 0, colorWeight: 1 }],
    ['total variation alone, as a sum', { reduction: 'paper', pixelWeight: 0, featureWeight: 0, variationWeight: 1 }],
  ])('%s', async (_, terms) => {
    const { weights } = await oneStep({ ...terms, optimizer: still });
    // Plain descent with rate 1 subtracts the gradient itself.
    const descent = tf.train.sgd(1);
    const { weights: moved } = await oneStep({ ...terms, optimizer: descent, initialWeights: weights });
    descent.dispose();
    const gradient = along(moved, -1, weights);
    const slope = norm(flat(gradient));
    // Short enough to cross few kinks of relu, long enough for float32: the loss changes by one part in a hundred.
    const { loss } = await oneStep({ ...terms, optimizer: still, initialWeights: weights });
    const length = (0.01 * loss) / slope ** 2;
    const [up, down] = [
      await oneStep({ ...terms, optimizer: still, initialWeights: along(weights, -length, gradient) }),
      await oneStep({ ...terms, optimizer: still, initialWeights: along(weights, length, gradient) }),
    ];
    expect((up.loss - down.loss) / (2 * length * slope ** 2)).toBeCloseTo(1, 1);
  });
});

describe('snapshot and resume', () => {
  test('a resumed run equals one that was never stopped: on cpu bit for bit', async () => {
    const noisy = { ...options, steps: 5, featureNoise: 0.3 };
    const whole = await finish(trainDecoder(encoder, images, noisy));
    const half = trainDecoder(encoder, images, noisy);
    await half.next();
    const second = (await half.next()).value as TrainDecoderStep;
    const snapshot = structuredClone(await second.snapshot());
    await half.return(undefined as never);
    expect(snapshot.step).toBe(2);
    const rest = await finish(trainDecoder(encoder, images, { ...noisy, resume: snapshot }));
    expect(rest.steps.map(({ step }) => step)).toEqual([3, 4, 5]);
    const losses = whole.steps.slice(2).map(({ loss }) => loss);
    const [resumed, never] = [rest.result.snapshot, whole.result.snapshot];
    if (tf.getBackend() === 'cpu') {
      expect(rest.steps.map(({ loss }) => loss)).toEqual(losses);
      expect(resumed).toEqual(never);
    } else {
      expect(relativeL2(flat(resumed.weights), flat(never.weights))).toBeLessThan(1e-4);
      expect(relativeL2(flat(resumed.optimizer), flat(never.optimizer))).toBeLessThan(1e-3);
    }
  });

  test('weights(), snapshot() and decoder() are those of their step, and refuse later', async () => {
    const run = trainDecoder(encoder, images, { ...options, steps: 3 });
    const first = (await run.next()).value as TrainDecoderStep;
    const weights = await first.weights();
    expect((await first.snapshot()).weights).toEqual(weights);
    const decoder = await first.decoder();
    expect(decoder.level).toBe(2);
    decoder.dispose();
    await run.next();
    for (const call of ['weights', 'snapshot', 'decoder'] as const)
      await expect(first[call]()).rejects.toThrow(
        `trainDecoder: ${call}() must be called before the next step is asked for`,
      );
    await run.return(undefined as never);
  });

  test('an optimiser of your own is used, kept, and can be resumed', async () => {
    const momentum = (): tf.Optimizer => tf.train.momentum(1e-3, 0.9);
    const [one, two, three] = [momentum(), momentum(), momentum()];
    const whole = await finish(trainDecoder(encoder, images, { ...options, optimizer: one }));
    expect(whole.steps[0]!.learningRate).toBeUndefined();
    const part = trainDecoder(encoder, images, { ...options, optimizer: two });
    const resume = await ((await part.next()).value as TrainDecoderStep).snapshot();
    await part.return(undefined as never);
    const rest = await finish(trainDecoder(encoder, images, { ...options, optimizer: three, resume }));
    expect(relativeL2(flat(rest.result.weights), flat(whole.result.weights))).toBeLessThan(1e-5);
    expect(() => trainDecoder(encoder, images, { ...options, optimizer: three, resume })).not.toThrow();
    await expect(finish(trainDecoder(encoder, images, { ...options, optimizer: three, resume }))).rejects.toThrow(
      'trainDecoder: to resume, optimizer must be a new one; got one that has made 4 steps',
    );
    for (const optimizer of [one, two, three]) optimizer.dispose();
  });
});

describe('nothing leaks', () => {
  test('when the loop is left early', async () => {
    await expectTensorGrowth(0, async () => {
      for await (const { step } of trainDecoder(encoder, images, options)) if (step === 2) break;
    });
  });

  test('when the signal aborts: the result has what was learned', async () => {
    const controller = new AbortController();
    const { steps, result } = await expectTensorGrowth(0, async () => {
      const run = trainDecoder(encoder, images, { ...options, signal: controller.signal });
      const first = await run.next();
      controller.abort();
      const last = await run.next();
      return { steps: [first.value as TrainDecoderStep], result: last.value as TrainDecoderResult };
    });
    expect(steps[0]!.step).toBe(1);
    expect([result.status, result.step, result.snapshot.step]).toEqual(['aborted', 1, 1]);
    expect(Object.keys(result.weights)).toContain('decoder2.conv2_1.weight');
  });

  test('when drawing a batch throws, or draws the wrong size, or a loss is no number', async () => {
    const throwing = (): never => {
      throw new Error('no picture');
    };
    const drawn: Options = { level: 2, steps: 4 };
    await expectTensorGrowth(0, async () => {
      await expect(finish(trainDecoder(encoder, throwing, drawn))).rejects.toThrow('no picture');
      const odd = (): Image => tf.ones([1, 15, 16, 3]);
      await expect(finish(trainDecoder(encoder, odd, drawn))).rejects.toThrow(
        'trainDecoder: height and width of the batch that images returned must be multiples of 2, at least 4; ' +
          'got a float32 tensor of shape [1, 15, 16, 3]',
      );
      const endless = (step: number): Image => tf.fill([1, 16, 16, 3], step < 2 ? 0.5 : NaN);
      const { result } = await finish(trainDecoder(encoder, endless, drawn));
      expect([result.status, result.step]).toEqual(['non-finite', 2]);
      expect(flat(result.weights).every(Number.isFinite)).toBe(true);
    });
  });

  test("when it is called inside the user's tf.tidy", async () => {
    await expectTensorGrowth(0, async () => {
      let first: Promise<IteratorResult<TrainDecoderStep, TrainDecoderResult>> | undefined;
      const run = trainDecoder(encoder, images, options);
      tf.tidy(() => {
        first = run.next();
      });
      await first;
      await finish(run);
    });
  });
});

describe('bad arguments', () => {
  test.each<[Partial<Record<keyof Options, unknown>>, string]>([
    [{ level: 6 }, 'level must be one of 1, 2, 3, 4, 5; got 6'],
    [{ level: 4 }, "the encoder has no layer 'relu4_1'; its layers are image, conv1_1, relu1_1"],
    [{ featureLayers: ['relu9_1'] }, "the encoder has no layer 'relu9_1'"],
    [{ steps: 0 }, 'steps must be a whole number of at least 1; got 0'],
    [{ steps: undefined }, 'steps must be a whole number of at least 1; got undefined'],
    [{ batchSize: 1.5 }, 'batchSize must be a whole number of at least 1; got 1.5'],
    [{ cropSize: 17 }, 'cropSize must be a multiple of 2, at least 4; got 17'],
    [{ cropSize: 22 }, 'every image must have at least 22x22 pixels, as cropSize asks; the smallest side is 20'],
    [{ cropSize: 4, colorWeight: 1 }, 'cropSize must be a multiple of 2, at least 8; got 4'],
    [{ seed: 0.5 }, 'seed must be a whole number; got 0.5'],
    [{ reduction: 'sum' }, "reduction must be one of 'mean', 'paper'; got 'sum'"],
    [{ padding: 'same' }, "padding must be one of 'zero', 'reflect', 'replicate'; got 'same'"],
    [{ pixelWeight: -1 }, 'pixelWeight must be a number of at least 0; got -1'],
    [{ featureWeight: NaN }, 'featureWeight must be a number of at least 0; got NaN'],
    [{ featureNoise: -1 }, 'featureNoise must be a number of at least 0; got -1'],
    [{ variationWeight: -2 }, 'variationWeight must be a number of at least 0; got -2'],
    [{ colorWeight: 'much' }, "colorWeight must be a number of at least 0; got 'much'"],
    [
      { pixelWeight: 0, featureWeight: 0 },
      'at least one of pixelWeight, featureWeight, colorWeight and variationWeight must be above 0',
    ],
    [
      { channels: [4, 4] },
      "channels must be 2 whole numbers of channels, the last 8, as many as the encoder's features",
    ],
    [{ optimizer: 'adam' }, "optimizer must be settings or a tf.Optimizer; got 'adam'"],
    [{ optimizer: { learningRate: -1 } }, 'optimizer.learningRate must be a number of at least 0; got -1'],
    [{ optimizer: { warmup: -1 } }, 'optimizer.warmup must be a whole number of at least 0; got -1'],
    [{ optimizer: { beta1: 1 } }, 'optimizer.beta1 must be a number in 0..0.9999999; got 1'],
    [{ optimizer: { schedule: 'linear' } }, "optimizer.schedule must be one of 'constant', 'cosine'; got 'linear'"],
    [{ resume: { version: 2 } }, 'resume must be a snapshot of version 1; got an object with {version}'],
    [{ resume: { version: 1, step: 9 } }, 'resume.step must be a whole number in 0..4; got 9'],
  ])('%o: %s', async (wrong, message) => {
    await expectTensorGrowth(0, () => {
      const call = (): Run => trainDecoder(encoder, images, { ...options, ...wrong } as Options);
      expect(call).toThrow(`trainDecoder: ${message}`);
    });
  });

  test('images', () => {
    const call =
      (given: unknown, more: Partial<Options> = {}) =>
      (): Run =>
        trainDecoder(encoder, given as Image[], { ...options, ...more });
    expect(call([])).toThrow(
      'trainDecoder: images must be an array of at least one picture, or a function of the step; got []',
    );
    expect(call([tf.ones([4, 4])])).toThrow(
      'trainDecoder: images[0] must be a float32 tensor [b, h, w, 3] of RGB values',
    );
    expect(call(() => images[0]!)).toThrow(
      'trainDecoder: batchSize and cropSize cut crops from an array of images; a function draws whole batches',
    );
  });

  test('weights that do not fit, without a leak', async () => {
    const initialWeights = { 'decoder2.conv2_1.weight': { shape: [4, 8, 3, 3], values: new Float32Array(288) } };
    await expectTensorGrowth(0, async () => {
      await expect(finish(trainDecoder(encoder, images, { ...options, initialWeights }))).rejects.toThrow(
        "trainDecoder: the weights to begin with must have an array 'decoder2.conv2_1.bias' of shape [4]; got undefined",
      );
    });
  });
});
