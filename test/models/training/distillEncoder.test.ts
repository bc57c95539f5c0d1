import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type DistillEncoderOptions,
  type DistillEncoderResult,
  type DistillEncoderStep,
  type FeatureExtractor,
  type NamedWeights,
  type Teacher,
  type TrainingSnapshot,
  type VggLayer,
  distillEncoder,
  encodeSafetensors,
  loadDecoder,
  loadVgg,
  randomVgg,
  safetensors,
  trainDecoder,
} from '../../../src/models/index.js';
import type { Image } from '../../../src/types.js';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../../_setup/compare.js';

type Run = ReturnType<typeof distillEncoder>;

let large: FeatureExtractor<VggLayer<'vgg19'>>;
let images: Image[];
const teacher: Teacher = (image) => large.features(image, ['relu1_1', 'relu2_1']);
beforeAll(() => {
  large = randomVgg({ seed: 4, width: 6, upTo: 'relu2_1', padding: 'reflect' });
  images = Array.from({ length: 4 }, (_, i) =>
    tf.tidy(() => tf.image.resizeBilinear(randomTensor<tf.Rank.R4>([1, 4, 4, 3], i + 1), [20, 20])),
  );
});
afterAll(() => {
  large.dispose();
  tf.dispose(images);
});

const onGpu = (): boolean => ['webgl', 'webgpu'].includes(tf.getBackend());
const options: DistillEncoderOptions = {
  channels: [4, 8],
  steps: 4,
  batchSize: 2,
  cropSize: 16,
  seed: 2,
  calibrationBatches: 2,
};

async function finish(run: Run): Promise<{ steps: DistillEncoderStep[]; result: DistillEncoderResult }> {
  const steps: DistillEncoderStep[] = [];
  let next = await run.next();
  while (next.done !== true) {
    steps.push(next.value);
    next = await run.next();
  }
  return { steps, result: next.value };
}

const flat = (weights: NamedWeights): number[] => Object.values(weights).flatMap(({ values }) => [...values]);
const open = async (weights: NamedWeights): Promise<FeatureExtractor<VggLayer<'vgg19'>>> =>
  loadVgg(safetensors(encodeSafetensors(weights)), { preprocessing: 'none', padding: 'reflect', upTo: 'relu2_1' });

// Training takes many steps, each of many small kernels.
describe.skipIf(inject('software'))('a walk of a user', () => {
  test('distillEncoder(teacher) learns; its decoders are a start for trainDecoder', async () => {
    const steps = onGpu() ? 6 : 40;
    const reconstruction = { pixelWeight: 1, colorWeight: 1 };
    const { steps: seen, result } = await expectTensorGrowth(0, () =>
      finish(distillEncoder(teacher, images, { ...options, steps, reconstruction, optimizer: { learningRate: 1e-2 } })),
    );
    expect(result.status).toBe('finished');
    const [first, last] = [seen[0]!, seen.at(-1)!];
    expect(Object.keys(first.losses)).toEqual(['relu1_1', 'relu2_1', 'block1', 'block2']);
    // From 0.15 of the steps on, the two deepest levels take turns.
    expect(seen.at(-2)!.losses).toHaveProperty('pixel2');
    expect(last.losses).toHaveProperty('pixel1');
    expect(last.losses).toHaveProperty('color1');
    const imitation = (some: DistillEncoderStep[]): number =>
      some.reduce((sum, { losses }) => sum + losses['relu1_1']! + losses['relu2_1']!, 0);
    expect(imitation(seen.slice(-3))).toBeLessThan(imitation(seen.slice(0, 3)) * (onGpu() ? 1 : 0.7));

    const student = await open(result.weights);
    const all = tf.tidy(() => tf.concat(images));
    const { relu2_1 } = student.features(all, ['relu2_1']);
    const decoder = await loadDecoder(safetensors(encodeSafetensors(result.weights)), { level: 2 });
    expect(decoder.decode(relu2_1).shape).toEqual(all.shape);
    decoder.dispose();
    const run = trainDecoder(student, images, { level: 2, steps: 1, cropSize: 16, initialWeights: result.weights });
    expect((await run.next()).value).toMatchObject({ step: 1 });
    await run.return(undefined as never);
    student.dispose();
  });

  test('folding and scaling are exact: the decoder that learned along restores the same picture', async () => {
    const batch = tf.tidy(() => tf.slice(tf.concat(images), [0, 0, 0, 0], [2, 16, 16, 3]));
    const draw = (): Image => tf.clone(batch);
    const common: DistillEncoderOptions = { channels: [4, 8], steps: 3, calibrationBatches: 1 };
    const learned = await finish(distillEncoder(teacher, draw, { ...common, optimizer: { learningRate: 1e-2 } }));
    const { weights } = learned.result.snapshot;
    const raw = await finish(
      distillEncoder(teacher, draw, {
        ...common,
        steps: 1,
        freezeAt: 0,
        reconstruction: { start: 0 },
        optimizer: { learningRate: 0 },
        resume: { version: 1, step: 0, weights, optimizer: {} },
      }),
    );
    const student = await open(raw.result.weights);
    const decoder = await loadDecoder(safetensors(encodeSafetensors(raw.result.weights)), { level: 2 });
    const { relu1_1, relu2_1 } = student.features(batch, ['relu1_1', 'relu2_1']);
    const error = await tf.mean(tf.squaredDifference(decoder.decode(relu2_1), batch)).data();
    expect(error[0]! / raw.steps[0]!.losses['pixel2']!).toBeCloseTo(1, 3);
    // The calibration batch is this one.
    for (const features of [relu1_1, relu2_1])
      for (const moment of await tf.mean(tf.square(features), [0, 1, 2]).data()) expect(moment).toBeCloseTo(1, 3);
    tf.dispose(batch);
    decoder.dispose();
    student.dispose();
  });

  test('several teachers in one record, smaller maps, other names', async () => {
    const both: Teacher = (image) => {
      const { relu1_1, pool1, image: colors } = large.features(image, ['relu1_1', 'pool1', 'image']);
      const coarse = tf.avgPool(relu1_1, 4, 4, 'valid');
      relu1_1.dispose();
      return { coarse, half: pool1, relu1_2: colors };
    };
    const taps = { coarse: 'relu1_1', half: 'relu2_1' };
    const { steps } = await expectTensorGrowth(0, () =>
      finish(distillEncoder(both, images, { ...options, taps, reconstruction: false })),
    );
    expect(Object.keys(steps[0]!.losses)).toEqual(['coarse', 'half', 'relu1_2']);
  });
});

describe('the gradient of all parameters together is the slope of the loss', () => {
  // Frozen statistics: otherwise the correction factors count as constants, which they are not (see renormLayer.test.ts).
  const frozen = { ...options, freezeAt: 0, clipNorm: Infinity, steps: 1 };
  test.each<[string, DistillEncoderOptions]>([
    // The features that a block restores count as constants too, so blocks are tested where they restore the picture.
    ['one block', { ...frozen, channels: [4], reconstruction: { start: 1 } }],
    ['taps alone', { ...frozen, reconstruction: false }],
    [
      'pictures through all blocks',
      { ...frozen, reconstruction: { blockWeight: 0, pixelWeight: 3, colorWeight: 2, start: 0 } },
    ],
  ])('%s', async (_, terms) => {
    const tap: Teacher = (image) =>
      large.features(image, terms.channels!.length === 1 ? ['relu1_1'] : ['relu1_1', 'relu2_1']);
    const { result } = await finish(distillEncoder(tap, images, { ...terms, optimizer: { learningRate: 0 } }));
    const at = async (weights: NamedWeights, optimizer: DistillEncoderOptions['optimizer']) => {
      const resume: TrainingSnapshot = { version: 1, step: 0, weights, optimizer: {} };
      const run = await finish(distillEncoder(tap, images, { ...terms, resume, optimizer: optimizer! }));
      return { loss: run.steps[0]!.loss, weights: run.result.snapshot.weights };
    };
    const start = result.snapshot.weights;
    const rate = 1e-3;
    const descent = tf.train.sgd(rate);
    const { loss, weights: moved } = await at(start, descent);
    descent.dispose();
    const along = (t: number): NamedWeights =>
      Object.fromEntries(
        Object.entries(start).map(([name, { shape, values }]) => [
          name,
          { shape, values: values.map((value, i) => value + (t * (moved[name]!.values[i]! - value)) / rate) },
        ]),
      );
    const gradient = flat(along(1)).map((value, i) => value - flat(start)[i]!);
    const squares = gradient.reduce((sum, g) => sum + g * g, 0);
    const length = (0.01 * loss) / squares;
    const still = { learningRate: 0 };
    const [down, up] = [await at(along(length), still), await at(along(-length), still)];
    expect((up.loss - down.loss) / (2 * length * squares)).toBeCloseTo(1, 1);
  });

  test('clipNorm shortens the gradients of the student together', async () => {
    // Long enough for the difference of two results to stand out of their rounding, 1e-6 of weights of about 1.
    const rate = 0.1;
    const change = async (clipNorm: number): Promise<number> => {
      const descent = tf.train.sgd(rate);
      const terms = { ...frozen, clipNorm, reconstruction: false as const };
      const { result } = await finish(distillEncoder(teacher, images, { ...terms, optimizer: descent }));
      descent.dispose();
      const { result: before } = await finish(
        distillEncoder(teacher, images, { ...terms, optimizer: { learningRate: 0 } }),
      );
      const student = (weights: NamedWeights): number[] =>
        flat(Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith('conv'))));
      const [a, b] = [student(result.snapshot.weights), student(before.snapshot.weights)];
      return Math.hypot(...a.map((value, i) => value - b[i]!)) / rate;
    };
    expect(await change(0.01)).toBeCloseTo(0.01, 3);
    expect(await change(Infinity)).toBeGreaterThan(0.02);
  });
});

test.skipIf(inject('software'))('a resumed run equals one that was never stopped: on cpu bit for bit', async () => {
  const whole = await finish(distillEncoder(teacher, images, options));
  const half = distillEncoder(teacher, images, options);
  await half.next();
  const second = (await half.next()).value as DistillEncoderStep;
  const resume = structuredClone(await second.snapshot());
  await half.return(undefined as never);
  const rest = await finish(distillEncoder(teacher, images, { ...options, resume }));
  expect(rest.steps.map(({ step }) => step)).toEqual([3, 4]);
  if (tf.getBackend() === 'cpu') expect(rest.result).toEqual(whole.result);
  else
    expect(relativeL2(flat(rest.result.snapshot.weights), flat(whole.result.snapshot.weights))).toBeLessThan(
      10 * tolerance(),
    );
});

describe('nothing leaks', () => {
  test('when the loop is left early, or a signal aborts', async () => {
    await expectTensorGrowth(0, async () => {
      for await (const { step } of distillEncoder(teacher, images, options)) if (step === 2) break;
      const { result } = await finish(distillEncoder(teacher, images, { ...options, signal: AbortSignal.abort() }));
      expect([result.status, result.step]).toEqual(['aborted', 0]);
    });
  });

  test('when the teacher throws, names no layer, or changes its mind', async () => {
    await expectTensorGrowth(0, async () => {
      const throwing: Teacher = (image, step) => {
        if (step === 1) throw new Error('no answer');
        return teacher(image, step);
      };
      await expect(finish(distillEncoder(throwing, images, options))).rejects.toThrow('no answer');
      const silent: Teacher = () => ({});
      await expect(finish(distillEncoder(silent, images, options))).rejects.toThrow(
        'distillEncoder: teacher must return at least one layer; got {}',
      );
      const lent: Teacher = (image) => ({ relu1_1: image });
      await expect(finish(distillEncoder(lent, images, options))).rejects.toThrow(
        "distillEncoder: the teacher's relu1_1 is the picture itself, which is only lent; return a clone",
      );
      const foreign: Teacher = (image) => ({ fc7: large.features(image, ['relu1_1']).relu1_1 });
      await expect(finish(distillEncoder(foreign, images, options))).rejects.toThrow(
        "distillEncoder: the teacher's 'fc7' needs a layer of the student in taps, one of relu1_1, relu1_2, relu2_1; got undefined",
      );
      const large2: Teacher = (image) => ({ relu2_1: large.features(image, ['relu1_1']).relu1_1 });
      await expect(finish(distillEncoder(large2, images, options))).rejects.toThrow(
        "distillEncoder: the teacher's relu2_1 must be [2, 8, 8, c], or smaller by a whole factor; " +
          'got a float32 tensor of shape [2, 16, 16, 6]',
      );
      let calls = 0;
      const moody: Teacher = (image) => ({
        relu1_1: calls++ < 3 ? large.features(image, ['relu1_1']).relu1_1 : tf.clone(image),
      });
      await expect(finish(distillEncoder(moody, images, options))).rejects.toThrow(
        "distillEncoder: the teacher's relu1_1 must have 6 channels at every step; got a float32 tensor of shape [2, 16, 16, 3]",
      );
    });
  });
});

test.each<[Partial<Record<keyof DistillEncoderOptions, unknown>>, string]>([
  [{ channels: [] }, 'channels must be 1 to 5 whole numbers of channels; got []'],
  [{ channels: [4, 0] }, 'channels must be 1 to 5 whole numbers of channels; got [4, 0]'],
  [{ steps: -1 }, 'steps must be a whole number of at least 1; got -1'],
  [{ taps: { fine: 'conv9_1' } }, "the teacher's 'fine' needs a layer of the student in taps, one of relu1_1"],
  [{ clipNorm: 0 }, 'clipNorm must be a number of at least 1e-12; got 0'],
  [{ momentum: 2 }, 'momentum must be a number in 0..1; got 2'],
  [{ freezeAt: -1 }, 'freezeAt must be a number in 0..1; got -1'],
  [{ calibrationBatches: 0 }, 'calibrationBatches must be a whole number of at least 1; got 0'],
  [{ cropSize: 15 }, 'cropSize must be a multiple of 2, at least 8; got 15'],
  [{ reconstruction: { blockWeight: -1 } }, 'reconstruction.blockWeight must be a number of at least 0; got -1'],
  [{ reconstruction: { pixelWeight: -1 } }, 'reconstruction.pixelWeight must be a number of at least 0; got -1'],
  [{ reconstruction: { colorWeight: -1 } }, 'reconstruction.colorWeight must be a number of at least 0; got -1'],
  [{ reconstruction: { start: 2 } }, 'reconstruction.start must be a number in 0..1; got 2'],
  [{ resume: null }, 'resume must be a snapshot of version 1; got null'],
])('distillEncoder(teacher, images, %o): %s', (wrong, message) => {
  expect(() => distillEncoder(teacher, images, { ...options, ...wrong } as DistillEncoderOptions)).toThrow(
    `distillEncoder: ${message}`,
  );
  expect(() => distillEncoder(3 as never, images, options)).toThrow(
    'distillEncoder: teacher must be a function of an image; got 3',
  );
});
