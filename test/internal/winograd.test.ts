import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { conv, rotateKernel } from '../../src/internal/kernels/conv.js';
import { padByOne, paddings } from '../../src/internal/kernels/padding.js';
import { fitsWinograd, suitsWinograd, winogradConv, winogradKernels } from '../../src/internal/kernels/winograd.js';
import { insertLossTaps, randomVgg } from '../../src/models/index.js';
import { contentLoss, styleLoss } from '../../src/losses/index.js';
import { expectTensorGrowth, randomTensor, relativeL2 } from '../_setup/compare.js';

type Shape = [number, number, number, number];

// The way is for wasm alone, and so are its cuttings: elsewhere nearest is another position.
describe.runIf(inject('backend') === 'wasm')('winogradConv(x, winogradKernels(kernel)) on wasm', () => {
  test.each<[Shape, number]>([
    [[1, 5, 8, 3], 4],
    [[1, 2, 4, 2], 1],
    [[1, 7, 12, 5], 2],
    [[1, 130, 256, 2], 3],
    [[1, 3, 7, 2], 2],
    [[1, 6, 10, 1], 3],
    [[1, 4, 13, 2], 1],
    [[1, 90, 333, 1], 2],
  ])('is the convolution of %j to %i channels, with any padding and a bias', async (shape, output) => {
    const x = randomTensor<tf.Rank.R4>(shape, 1, -1, 1);
    const kernelShape: Shape = [3, 3, shape[3], output];
    const kernel = randomTensor<tf.Rank.R4>(kernelShape, 2, -1, 1);
    const bias = randomTensor<tf.Rank.R1>([output], 3, -1, 1);
    const kernels = winogradKernels(kernel.dataSync() as Float32Array, kernelShape);
    for (const padding of paddings) {
      const result = await expectTensorGrowth(1, () => winogradConv(x, kernels, padding, bias));
      const expected = tf.add(tf.conv2d(padByOne(x, padding), kernel, 1, 'valid'), bias);
      expect(result.shape).toEqual(expected.shape);
      expect(relativeL2(await result.data(), await expected.data())).toBeLessThan(3e-6);
    }
    const plain = await expectTensorGrowth(1, () => winogradConv(x, kernels));
    expect(relativeL2(await plain.data(), await tf.conv2d(x, kernel, 1, 'same').data())).toBeLessThan(3e-6);
  });

  test('serves one picture whose width four nearly divides, and wide convolutions', () => {
    const widths = [4, 5, 6, 7, 8, 9, 10, 13];
    expect(widths.filter((w) => fitsWinograd([1, 5, w, 64]))).toEqual([4, 7, 8, 10, 13]);
    expect(fitsWinograd([2, 5, 8, 64])).toBe(false);
    expect(suitsWinograd([3, 3, 64, 64])).toBe(true);
    expect(suitsWinograd([3, 3, 3, 64])).toBe(false);
    expect(suitsWinograd([1, 1, 64, 64])).toBe(false);
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
    // Six kernels forward and six back for each of the three wide convolutions.
    expect(fast.made - plain.made).toBe(36);
  });
});

test('other backends are left alone', () => {
  if (tf.getBackend() === 'wasm') return;
  expect(suitsWinograd([3, 3, 64, 64])).toBe(false);
  expect(fitsWinograd([1, 8, 8, 64])).toBe(false);
});
