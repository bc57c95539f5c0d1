import * as tf from '@tensorflow/tfjs-core';
import { contentLoss, ensureGradients, insertLossTaps, noiseImage, randomVgg, weightedSum } from 'pastiche';
import { describe, expect, it } from 'vitest';
import { addAll } from '../../src/internal/addAll';
import { expectTensorGrowth, tolerance } from '../_setup/compare';

describe('addAll', () => {
  it.each([1, 2, 7, 8, 9, 50, 60])('addAll(tensors) adds %i tensors', async (count) => {
    const tensors = Array.from({ length: count }, (_, i) => tf.fill<tf.Rank.R2>([40, 30], i + 1));
    const sum = await expectTensorGrowth(1, () => addAll(tensors));
    expect((await sum.data()).every((value) => value === (count * (count + 1)) / 2)).toBe(true);
    tf.dispose([sum, ...tensors]);
  });

  it('addAll(tensors) is differentiated by the tape', async () => {
    ensureGradients();
    const x = tf.tensor1d([1, 2, 3]);
    const f = (v: tf.Tensor): tf.Tensor => tf.sum(addAll(Array.from({ length: 9 }, (_, i) => tf.mul<tf.Tensor>(v, i))));
    const grad = await expectTensorGrowth(1, () => tf.tidy(() => tf.grad(f)(x)));
    expect(Array.from(await grad.data())).toEqual([36, 36, 36]);
    tf.dispose([x, grad]);
  });
});

describe('more losses than a GPU adds in one go', () => {
  const count = 10;

  it('insertLossTaps(extractor, taps) and weightedSum(terms) count each of them', async () => {
    const extractor = randomVgg({ seed: 1, width: 2, upTo: 'relu1_1' });
    const image = noiseImage([1, 12, 12, 3], { seed: 1 });
    const loss = contentLoss(tf.zeros([1, 12, 12, 3]));
    const taps = Array.from({ length: count }, (_, i) => ({ layer: 'image' as const, loss, weight: i + 1 }));
    const terms = taps.map(({ loss: term, weight }) => ({ loss: term, weight }));
    const single = (await loss(image).data())[0]!;
    for (const sum of [insertLossTaps(extractor, taps), weightedSum(terms)]) {
      const { value, parts } = sum.valueAndGrad(image);
      for (const total of [sum(image), value]) {
        const ratio = (await total.data())[0]! / single;
        expect(Math.abs(ratio / ((count * (count + 1)) / 2) - 1)).toBeLessThan(tolerance());
      }
      const summands = await parts!.data();
      summands.forEach((part, i) => expect(Math.abs(part / single / (i + 1) - 1)).toBeLessThan(tolerance()));
    }
    extractor.dispose();
    loss.dispose();
    image.dispose();
  });
});
