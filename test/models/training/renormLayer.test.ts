import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { padByOne } from '../../../src/internal/kernels/padding.js';
import { everyNth, everyNthGradient } from '../../../src/models/training/linearMap.js';
import { type RenormState, renormEpsilon, renormLayer } from '../../../src/models/training/renormLayer.js';
import { randomNumbers, randomTensor, relativeL2, tolerance } from '../../_setup/compare.js';

const shape: [number, number, number, number] = [2, 4, 3, 2];
const channels = 3;
const next = randomNumbers(1);
const kernel = Float32Array.from({ length: 9 * 2 * channels }, () => next() - 0.5);
const weights = { kernel, kernelShape: [3, 3, 2, channels] as const };

/** What the layer computes, in float64 on the host, from the convolution's output. `r` and `d` are constants, as in the paper. */
function oracle(
  z: ArrayLike<number>,
  gamma: number[],
  beta: number[],
  running: { mean: number[]; variance: number[] },
) {
  const count = z.length / channels;
  return Array.from({ length: channels }, (_, c) => {
    const values = Array.from({ length: count }, (_, i) => z[i * channels + c]!);
    const m = values.reduce((a, b) => a + b) / count;
    const variance = values.reduce((a, b) => a + (b - m) ** 2, 0) / count;
    const s = Math.sqrt(variance + renormEpsilon);
    const sr = Math.sqrt(running.variance[c]! + renormEpsilon);
    const r = Math.min(4, Math.max(0.25, s / sr));
    const d = Math.min(3, Math.max(-3, (m - running.mean[c]!) / sr));
    return { m, variance, values: values.map((v) => gamma[c]! * (((v - m) / s) * r + d) + beta[c]!), r, d };
  });
}

const byChannel = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: channels }, (_, c) => Array.from(values).filter((_, i) => i % channels === c));

function layerWith(state: RenormState, gamma: number[], beta: number[]) {
  const layer = renormLayer('conv1_1', weights, 'reflect', state);
  layer.parameters[1]!.variable.assign(tf.tensor1d(gamma));
  layer.parameters[2]!.variable.assign(tf.tensor1d(beta));
  return layer;
}

const filter = (): Tensor4D => tf.tensor4d(kernel, [...weights.kernelShape]);
const convolved = (x: Tensor4D, w: Tensor4D): Tensor4D => tf.conv2d(padByOne(x, 'reflect'), w, 1, 'valid');

test('renormLayer normalises by the running statistics, moved towards those of the batch', async () => {
  const [gamma, beta] = [
    [0.5, 1, 2],
    [0.1, 0, -0.2],
  ] as const;
  const layer = layerWith({ momentum: 0.3, frozen: false }, [...gamma], [...beta]);
  const x = randomTensor<tf.Rank.R4>(shape, 2);
  const { y, statistics } = layer.forward(x);
  const z = await convolved(x, filter()).data();
  const plain = oracle(z, [...gamma], [...beta], { mean: [0, 0, 0], variance: [1, 1, 1] });
  const mean = plain.map(({ m }) => 0.3 * m);
  const variance = plain.map((one) => 0.7 + 0.3 * one.variance);
  expect(relativeL2(await statistics![0]!.data(), mean)).toBeLessThan(10 * tolerance());
  expect(relativeL2(await statistics![1]!.data(), variance)).toBeLessThan(10 * tolerance());
  // Within the limits of r and d, that is the running normalisation and nothing else.
  const expected = byChannel(z).map((values, c) =>
    values.map((v) => Math.max(0, (gamma[c]! * (v - mean[c]!)) / Math.sqrt(variance[c]! + renormEpsilon) + beta[c]!)),
  );
  expect(relativeL2(byChannel(await y.data()).flat(), expected.flat())).toBeLessThan(10 * tolerance());
});

test.each([[false], [true]])('the gradients of renormLayer, frozen: %s', async (frozen) => {
  const [gamma, beta] = [
    [0.5, 1, 2],
    [0.4, 0.3, 0.2],
  ];
  const x = randomTensor<tf.Rank.R4>(shape, 2);
  const z = await convolved(x, filter()).data();
  const count = z.length / channels;
  const dy = randomTensor<tf.Rank.R4>([2, 4, 3, channels], 3, -1, 1);
  const weightOf = byChannel(await dy.data());
  const moved = oracle(z, gamma, beta, { mean: [0, 0, 0], variance: [1, 1, 1] });
  const running = frozen
    ? { mean: [0, 0, 0], variance: [1, 1, 1] }
    : { mean: moved.map(({ m }) => 0.3 * m), variance: moved.map((one) => 0.7 + 0.3 * one.variance) };
  const fixed = oracle(z, gamma, beta, running);
  /** The loss as a function of one channel's `z`, `gamma` and `beta`. */
  const loss = (c: number, values: number[], g: number, b: number): number => {
    const m = values.reduce((p, q) => p + q) / count;
    const s = Math.sqrt(values.reduce((p, q) => p + (q - m) ** 2, 0) / count + renormEpsilon);
    const { r, d } = fixed[c]!;
    const norm = (v: number): number => (frozen ? v / Math.sqrt(1 + renormEpsilon) : ((v - m) / s) * r + d);
    return values.reduce((sum, v, i) => sum + weightOf[c]![i]! * Math.max(0, g * norm(v) + b), 0);
  };
  const slope = (f: (t: number) => number): number => (f(1e-5) - f(-1e-5)) / 2e-5;
  const byZ = byChannel(z);
  const dz = byZ.map((values, c) =>
    values.map((_, i) =>
      slope((t) =>
        loss(
          c,
          values.map((v, k) => (k === i ? v + t : v)),
          gamma[c]!,
          beta[c]!,
        ),
      ),
    ),
  );
  const layer = layerWith({ momentum: 0.3, frozen }, gamma, beta);
  const { dx, gradients } = layer.forward(x).backward(dy, true);
  const [dFilter, dGamma, dBeta] = gradients as [Tensor, Tensor, Tensor];
  const limit = 30 * tolerance();
  expect(
    relativeL2(
      await dGamma.data(),
      byZ.map((v, c) => slope((t) => loss(c, v, gamma[c]! + t, beta[c]!))),
    ),
  ).toBeLessThan(limit);
  expect(
    relativeL2(
      await dBeta.data(),
      byZ.map((v, c) => slope((t) => loss(c, v, gamma[c]!, beta[c]! + t))),
    ),
  ).toBeLessThan(limit);
  // The convolution is linear: its slopes times those at its output.
  const weighted = tf.tensor4d(
    Float32Array.from({ length: z.length }, (_, i) => dz[i % channels]![Math.floor(i / channels)]!),
    [2, 4, 3, channels],
  );
  const linear = async (f: (one: Tensor4D) => Tensor4D, of: [number, number, number, number]): Promise<number[]> => {
    const size = tf.util.sizeFromShape(of);
    const slopes: number[] = [];
    for (let i = 0; i < size; i++) {
      const one = tf.tensor4d(
        Float32Array.from({ length: size }, (_, k) => (k === i ? 1 : 0)),
        of,
      );
      slopes.push((await tf.sum(tf.mul(f(one), weighted)).data())[0]!);
    }
    return slopes;
  };
  expect(relativeL2(await dFilter.data(), await linear((w) => convolved(x, w), [3, 3, 2, channels]))).toBeLessThan(
    limit,
  );
  expect(relativeL2(await dx!.data(), await linear((one) => convolved(one, filter()), shape))).toBeLessThan(limit);
});

test('everyNth(x, stride) takes every row and column, and its gradient puts them back', async () => {
  const x = randomTensor<tf.Rank.R4>([2, 4, 6, 3], 5);
  const thinned = everyNth(x, 2);
  const expected = tf.stridedSlice(x, [0, 0, 0, 0], [2, 4, 6, 3], [1, 2, 2, 1]);
  expect(thinned.shape).toEqual([2, 2, 3, 3]);
  expect([...(await thinned.data())]).toEqual([...(await expected.data())]);
  const back = everyNthGradient(thinned, 2);
  expect(back.shape).toEqual(x.shape);
  expect([...(await everyNth(back, 2).data())]).toEqual([...(await thinned.data())]);
  expect((await tf.sum(back).data())[0]! / (await tf.sum(thinned).data())[0]!).toBeCloseTo(1, 5);
});
