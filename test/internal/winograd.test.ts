import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { conv } from '../../src/internal/kernels/conv.js';
import { padByOne, paddings } from '../../src/internal/kernels/padding.js';
import { upsample } from '../../src/internal/kernels/pool.js';
import { filterGradient } from '../../src/internal/kernels/filterGradient.js';
import { suitsWinogradGradient, winogradFilterGradient } from '../../src/internal/kernels/winogradFilterGradient.js';
import { suitsWinograd, winogradConv, winogradKernels, winogradWork } from '../../src/internal/kernels/winograd.js';
import { withoutOwnLoops } from '../../src/internal/wasm/ownLoops.js';
import { insertLossTaps, randomVgg } from '../../src/models/index.js';
import { contentLoss, styleLoss } from '../../src/losses/index.js';
import { peakBytes } from '../../bench/measure.js';
import { rotateKernel } from '../../src/internal/kernels/rotateKernel.js';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';

type Shape = [number, number, number, number];

/** `sum of padded[b, y + ky, x + kx, i] dy[b, y, x, o]`, by hand. */
function exactFilterGradient(
  padded: ArrayLike<number>,
  [b, h, w, input]: Shape,
  dy: ArrayLike<number>,
  output: number,
) {
  const sums = new Float64Array(9 * input * output);
  let at = 0;
  for (let picture = 0; picture < b; picture++)
    for (let y = 0; y < h - 2; y++)
      for (let x = 0; x < w - 2; x++, at += output)
        for (let k = 0; k < 9; k++) {
          const from = ((picture * h + y + Math.floor(k / 3)) * w + x + (k % 3)) * input;
          for (let i = 0; i < input; i++)
            for (let o = 0; o < output; o++) sums[(k * input + i) * output + o]! += padded[from + i]! * dy[at + o]!;
        }
  return sums;
}

describe.runIf(inject('backend') === 'wasm')('winogradConv(x, winogradKernels(kernel), options) on wasm', () => {
  // Whole tiles, parts of them, less than one, several pictures, and a wide one in several bands.
  const cases: [Shape, number][] = [
    [[1, 8, 12, 4], 4],
    [[1, 5, 7, 8], 4],
    [[1, 2, 3, 4], 8],
    [[3, 9, 6, 8], 12],
    [[1, 70, 500, 16], 16],
  ];
  test.each(cases)('is the convolution of %j to %i channels, with any padding', async (shape, output) => {
    const x = randomTensor<tf.Rank.R4>(shape, 1, -1, 1);
    const kernelShape: Shape = [3, 3, shape[3], output];
    const kernel = randomTensor<tf.Rank.R4>(kernelShape, 2, -1, 1);
    const bias = randomTensor<tf.Rank.R1>([output], 3, -1, 1);
    const values = kernel.dataSync() as Float32Array;
    const kernels = await expectTensorGrowth(36, () => winogradKernels(values, kernelShape));
    for (const padding of paddings)
      for (const enlarge of [false, true]) {
        const large = padByOne(enlarge ? upsample.forward(x) : x, padding);
        const expected = tf.conv2d(large, kernel, 1, 'valid');
        const plain = await expectTensorGrowth(1, () => winogradConv(x, kernels, { padding, enlarge }));
        expect(plain.shape).toEqual(expected.shape);
        expect(relativeL2(await plain.data(), await expected.data())).toBeLessThan(3e-6);
        const relu = winogradConv(x, kernels, { padding, enlarge, bias, relu: true });
        expect(relativeL2(await relu.data(), await tf.relu(tf.add(expected, bias)).data())).toBeLessThan(3e-6);
      }
  });

  // Beside float64; rounding grows with the root of the number of positions that are summed, here up to 21600.
  const gradients: [Shape, number][] = [
    [[1, 8, 12, 4], 8],
    [[2, 5, 7, 8], 16],
    [[1, 2, 3, 12], 8],
    [[1, 36, 600, 16], 16],
  ];
  test.each(gradients)(
    'winogradFilterGradient(x, dy) for %j to %i channels, with any padding',
    async (shape, output) => {
      const x = randomTensor<tf.Rank.R4>(shape, 1, -1, 1);
      const dy = randomTensor<tf.Rank.R4>([shape[0], shape[1], shape[2], output], 2, -1, 1);
      for (const padding of paddings) {
        const padded = padByOne(x, padding);
        const expected = exactFilterGradient(padded.dataSync(), padded.shape, dy.dataSync(), output);
        const gradient = await expectTensorGrowth(1, () => winogradFilterGradient(x, dy, padding));
        expect(gradient.shape).toEqual([3, 3, shape[3], output]);
        expect(relativeL2(await gradient.data(), expected)).toBeLessThan(6e-6);
      }
    },
  );

  test('filterGradient goes that way where it is faster', async () => {
    const [x, dy] = [randomTensor<tf.Rank.R4>([4, 24, 24, 16], 1), randomTensor<tf.Rank.R4>([4, 24, 24, 16], 2)];
    expect(suitsWinogradGradient(x.shape, 16)).toBe(true);
    const plain = withoutOwnLoops(() => filterGradient(x, dy, 'reflect'));
    const [fast, direct] = [filterGradient(x, dy, 'reflect'), winogradFilterGradient(x, dy, 'reflect')];
    expect(await fast.data()).toEqual(await direct.data());
    expect(relativeL2(await fast.data(), await plain.data())).toBeLessThan(1e-5);
    // Few tiles, parts of vectors, no loops of our own.
    expect(suitsWinogradGradient([4, 6, 6, 16], 16)).toBe(false);
    expect(suitsWinogradGradient([4, 24, 24, 3], 16)).toBe(false);
    expect(suitsWinogradGradient([4, 24, 24, 16], 12)).toBe(false);
    expect(withoutOwnLoops(() => suitsWinogradGradient(x.shape, 16))).toBe(false);
  });

  test('holds what its footprint says', async () => {
    const shape: Shape = [3, 3, 16, 32];
    const kernels = winogradKernels(new Float32Array(9 * 16 * 32), shape);
    for (const [h, w] of [
      [40, 48],
      [300, 400],
    ] as const) {
      const x = tf.zeros<tf.Rank.R4>([1, h, w, 16]);
      const { copies, most } = winogradWork(shape);
      const said = 4 * (2 * x.size + Math.min(most / 4, copies * x.size));
      const peak = await peakBytes(() => winogradConv(x, kernels).dispose());
      expect(Math.abs(peak / said - 1)).toBeLessThan(0.1);
    }
  });

  test('serves wide 3x3 convolutions in whole vectors', () => {
    expect(suitsWinograd([3, 3, 16, 32])).toBe(true);
    expect(suitsWinograd([3, 3, 18, 32])).toBe(false);
    expect(suitsWinograd([3, 3, 3, 64])).toBe(false);
    expect(suitsWinograd([1, 1, 64, 64])).toBe(false);
    expect(withoutOwnLoops(() => suitsWinograd([3, 3, 64, 64]))).toBe(false);
  });

  test('what is not a number stays none, within the tiles that see it', async () => {
    const x = tf.buffer<tf.Rank.R4>([1, 16, 16, 4]);
    x.set(NaN, 0, 2, 2, 1);
    const kernels = winogradKernels(new Float32Array(144).fill(1), [3, 3, 4, 4]);
    const y = await winogradConv(x.toTensor(), kernels, { relu: true }).array();
    expect(y[0]![2]![2]![0]).toBeNaN();
    expect(y[0]![12]![12]).toEqual([0, 0, 0, 0]);
  });

  test.each(paddings)('conv with %s padding takes it forward, with bias and relu, and back', async (padding) => {
    const shape: Shape = [3, 3, 64, 64];
    const kernel = randomTensor<tf.Rank.R4>(shape, 3, -0.1, 0.1);
    const values = kernel.dataSync() as Float32Array;
    const turned = rotateKernel(values, shape);
    const tensors = { kernel, bias: randomTensor<tf.Rank.R1>([64], 4), rotated: tf.tensor4d(turned, shape) };
    const plain = conv(tensors, padding);
    const winograd = { forward: winogradKernels(values, shape), rotated: winogradKernels(turned, shape) };
    const fast = conv({ ...tensors, winograd }, padding);
    const x = randomTensor<tf.Rank.R4>([1, 18, 16, 64], 5, -1, 1);
    const pass = { x: () => x, y: () => x, inputShape: x.shape };
    for (const run of [fast.forward, fast.forwardRelu!]) {
      const expected = run === fast.forward ? plain.forward(x) : plain.forwardRelu!(x);
      expect(relativeL2(await (await expectTensorGrowth(1, () => run(x))).data(), await expected.data())).toBeLessThan(
        3e-6,
      );
    }
    const gradient = await expectTensorGrowth(1, () => fast.inputGradient(x, pass));
    expect(relativeL2(await gradient.data(), await plain.inputGradient(x, pass).data())).toBeLessThan(3e-6);
  });

  test('a network with and without it finds the same losses and gradients', async () => {
    const x = randomTensor<tf.Rank.R4>([1, 16, 24, 3], 6);
    const run = async (winograd: boolean) => {
      const before = tf.memory().numTensors;
      const vgg = randomVgg({ width: 64, upTo: 'relu2_2', winograd });
      const objective = insertLossTaps(vgg, [
        { layer: 'relu2_2', loss: contentLoss(tf.zeros([1, 8, 12, 128])) },
        { layer: 'relu1_2', loss: styleLoss({ gram: tf.zeros([1, 64, 64]) }) },
      ]);
      const { value, grad } = objective.valueAndGrad(x);
      const made = tf.memory().numTensors - before;
      vgg.dispose();
      return { value: await value.data(), grad: await grad.data(), made };
    };
    const [fast, plain] = [await run(true), await run(false)];
    expect(relativeL2(fast.value, plain.value)).toBeLessThan(1e-5);
    expect(relativeL2(fast.grad, plain.grad)).toBeLessThan(1e-4);
    // As many matrices forward and back for each of the three wide convolutions.
    expect(fast.made - plain.made).toBe(3 * 2 * 36);
  });
});

test('other backends are left alone', () => {
  if (tf.getBackend() === 'wasm') return;
  expect(suitsWinograd([3, 3, 64, 64])).toBe(false);
});
