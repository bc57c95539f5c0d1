import type * as tf from '@tensorflow/tfjs-core';
import { adain, applyAffine, featureMoments, resizeImage, styleOperator, wct, wctMap } from 'pastiche';
import { reluRows } from '../wct/_matrices';
import { type Pair, deviation } from './measure';
import { type Field, randomField, toTensor } from './reference/arrays';
import { resize } from './reference/resampling';
import { affine, momentsOfField, transfer } from './reference/statistics';

/** Mixed, non-negative channels, eigenvalues over three decades; more positions than one tile of the library holds. */
const features = (shape: Field['shape'], seed: number): Field => ({
  shape,
  values: reluRows(shape[0] * shape[1], shape[2], seed).flat(),
});
const [content, style] = [features([72, 96, 16], 1), features([60, 80, 16], 2)];

/** The library's result of two feature maps. */
async function withPair<T>(work: (content: tf.Tensor4D, style: tf.Tensor4D) => Promise<T>): Promise<T> {
  const [a, b] = [toTensor(content), toTensor(style)];
  try {
    return await work(a, b);
  } finally {
    a.dispose();
    b.dispose();
  }
}

deviation('`featureMoments`, 6912 positions of 16 channels', async () => {
  const { mean, covariance } = await withPair((x) => featureMoments(x));
  const expected = momentsOfField(content);
  return [
    [mean, expected.mean],
    [covariance, expected.covariance],
  ];
});

deviation('`wct`', async () => [[await withPair((a, b) => wct(a, b)), transfer('wct', content, style)]]);
deviation("`wct`, `method: 'ot'`", async () => [
  [await withPair((a, b) => wct(a, b, { method: 'ot' })), transfer('ot', content, style)],
]);
deviation('`adain`', async () => [[await withPair((a, b) => adain(a, b)), transfer('adain', content, style)]]);

deviation('`applyAffine`', () => {
  const [from, to] = [momentsOfField(content), momentsOfField(style)];
  const map = wctMap(from, styleOperator(to));
  const x = toTensor(content);
  const result = applyAffine(x, map);
  x.dispose();
  return [[result, affine(content, map.matrix, map.bias)]];
});

deviation('`resizeImage`', () => {
  const image = randomField([60, 80, 3], 3);
  const sizes = [
    [23, 31],
    [97, 110],
  ] as const;
  return (['linear', 'cubic', 'lanczos3'] as const).flatMap((method) =>
    sizes.map((size): Pair => {
      const x = toTensor(image);
      const result = resizeImage(x, size, { method });
      x.dispose();
      return [result, resize(image, [...size], method)];
    }),
  );
});
