import * as tf from '@tensorflow/tfjs-core';
import {
  DeviceError,
  applyAffine,
  contentLoss,
  featureMoments,
  gramMatrix,
  insertLossTaps,
  lbfgs,
  noiseImage,
  normalizeGradient,
  probeBackend,
  randomVgg,
  styleLoss,
  styleOperator,
  totalVariationLoss,
  wctMap,
} from 'pastiche';
import { describe, expect, inject, it } from 'vitest';
import { valueAndGradOf } from '../../src/internal/differentiable';
import { type Work, kernelsFor } from '../../src/internal/kernelNames';
import { filterGradient } from '../../src/internal/kernels/filterGradient';
import { poolRoundings, poolings } from '../../src/internal/kernels/pool';
import { paddings } from '../../src/internal/kernels/padding';
import { sumPositions } from '../../src/internal/kernels/positions';
import { rotateOnDevice } from '../../src/internal/kernels/rotateKernel';
import { expectTensorGrowth } from '../_setup/compare';

const backend = inject('backend');

/** Runs something without one kernel, and puts it back. */
async function without<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  const kernel = tf.getKernel(name, backend);
  tf.unregisterKernel(name, backend);
  try {
    return await run();
  } finally {
    tf.registerKernel(kernel);
  }
}

describe('probeBackend', () => {
  it('probeBackend() finds the networks, losses and training of this library on every backend', async () => {
    const probe = await expectTensorGrowth(0, () => probeBackend());
    expect(probe).toMatchObject({ backend, float32: true, lost: false });
    const can = { available: true, missingKernels: [] };
    expect([probe.forward, probe.imageGradient, probe.filterGradient]).toEqual([can, can, can]);
  });

  it('probeBackend() knows that the tape has no gradient of filters on wasm', async () => {
    const { tapeFilterGradient } = await probeBackend();
    expect(tapeFilterGradient).toEqual(
      backend === 'wasm'
        ? {
            available: false,
            missingKernels: ['Conv2DBackpropFilter'],
            reason: 'The wasm backend lacks the kernel Conv2DBackpropFilter',
          }
        : { available: true, missingKernels: [] },
    );
  });

  it('probeBackend() reports what the backend can hold', async () => {
    const { textureSide, tensorBytes, totalBytes, threads } = await probeBackend();
    const known = [textureSide, tensorBytes, totalBytes, threads].map((value) => value !== undefined);
    const expected = {
      cpu: [false, false, false, false],
      wasm: [false, false, true, true],
      webgl: [true, true, false, false],
      webgpu: [false, true, false, false],
    };
    expect(known).toEqual(expected[backend]);
    for (const value of [textureSide ?? 4096, tensorBytes ?? 2 ** 27, totalBytes ?? 2 ** 31]) {
      expect(value).toBeGreaterThanOrEqual(4096);
    }
  });

  it('probeBackend() names the kernels that a backend lacks', async () => {
    const probe = await without(tf.MirrorPad, () => without(tf.Step, () => probeBackend()));
    expect(probe.forward).toMatchObject({ available: false, missingKernels: ['MirrorPad'] });
    expect(probe.imageGradient).toEqual({
      available: false,
      missingKernels: ['MirrorPad', 'Step'],
      reason: `The ${backend} backend lacks the kernels MirrorPad, Step`,
    });
  });

  it('valueAndGradOf(where, loss, x) names the kernel that a loss of one’s own lacks, and probeBackend', async () => {
    const x = tf.ones<tf.Rank.R1>([300]);
    const plain = (v: tf.Tensor1D): tf.Scalar => tf.sum(tf.sigmoid(v));
    await expectTensorGrowth(0, () =>
      without(tf.Sigmoid, () => {
        expect(() => valueAndGradOf('lbfgs', plain, x)).toThrow(DeviceError);
        expect(() => valueAndGradOf('lbfgs', plain, x)).toThrow(
          `lbfgs: the ${backend} backend has no kernel Sigmoid, which the loss or its gradient uses.`,
        );
      }),
    );
    x.dispose();
  });
});

describe('the table of kernels', () => {
  const image = (): tf.Tensor4D => noiseImage([1, 13, 11, 3], { seed: 1 });
  const kinds = poolings.flatMap((pooling) =>
    paddings.flatMap((padding) => poolRoundings.map((poolRounding) => ({ pooling, padding, poolRounding }))),
  );
  // A GPU played in software takes its time to compile; these two differ in everything.
  const few = [
    { pooling: 'max', padding: 'reflect', poolRounding: 'ceil' },
    { pooling: 'average', padding: 'zero', poolRounding: 'floor' },
  ] as const;
  const networks = () =>
    (inject('software') ? few : kinds).map((kind) => randomVgg({ seed: 1, width: 2, upTo: 'relu2_1', ...kind }));

  const run: Record<Exclude<Work, 'tapeFilterGradient'>, () => void | Promise<void>> = {
    async forward() {
      const x = image();
      for (const network of networks()) network.features(x, ['conv1_1', 'relu1_1', 'relu2_1']);
      gramMatrix(x);
      // Wide enough for Winograd's way, and large enough for a Gram matrix in parts.
      randomVgg({ seed: 1, width: 64, upTo: 'relu1_2' }).features(x, ['relu1_2']);
      gramMatrix(tf.ones([1, 64, 64, 2]));
      const operator = styleOperator({
        channels: 3,
        count: 9,
        weightSum: 9,
        squaredWeightSum: 9,
        mean: new Float64Array(3),
        covariance: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      });
      const moments = { ...operator, count: 9, weightSum: 9, squaredWeightSum: 9 };
      applyAffine(x, wctMap({ ...moments, covariance: Float64Array.of(2, 0, 0, 0, 1, 0, 0, 0, 1) }, operator));
      await Promise.resolve();
    },
    async imageGradient() {
      const x = image();
      for (const network of networks()) {
        const { relu1_1, relu2_1 } = network.features(x, ['relu1_1', 'relu2_1']);
        const distance = insertLossTaps(network, [
          { layer: 'relu1_1', loss: normalizeGradient(contentLoss(relu1_1)) },
          { layer: 'relu2_1', loss: styleLoss(relu2_1, { reduction: 'relative' }) },
        ]);
        distance.valueAndGrad(x);
      }
      for (const norm of ['l1', 'l2', 'isotropic', 'nine-point'] as const) totalVariationLoss({ norm }).valueAndGrad(x);
      await lbfgs(totalVariationLoss(), x, { maxIterations: 2, bounds: { min: 0, max: 1 } });
      await featureMoments(x);
    },
    filterGradient() {
      const [x, dy] = [image(), tf.ones<tf.Rank.R4>([1, 13, 11, 2])];
      for (const padding of paddings) rotateOnDevice(filterGradient(x, dy, padding));
      sumPositions(x);
    },
  };

  it.each(['forward', 'imageGradient', 'filterGradient'] as const)(
    'kernelsFor(%o) has every kernel that is run',
    async (work) => {
      const { kernelNames } = await tf.profile(async () => {
        await run[work]();
        return tf.scalar(0);
      });
      // Kernels have capital letters; the profile also lists names of operations.
      const kernels = kernelNames.filter((name) => /^[A-Z]/.test(name));
      expect(kernels.length).toBeGreaterThan(4);
      expect(kernels.filter((name) => !kernelsFor(work).includes(name))).toEqual([]);
    },
  );
});
