import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { contentLoss, gramMatrix, styleLoss, totalVariationLoss } from '../../src/losses/index.js';
import { type FeatureExtractor, type VggLayer, insertLossTaps, loadVgg, safetensors } from '../../src/models/index.js';
import { relativeL2, tolerance } from '../_setup/compare.js';
import { hasSharedData, sharedArrays, sharedBytes, sharedJson, toImage } from '../_setup/shared.js';

/* Float64 values of PyTorch on the same VGG-19 weights. Float32 reaches about 3e-7; wasm adds up long sums one by one. */

interface Activation {
  shape_nhwc: number[];
  mean: number;
  std: number;
  first16: number[];
}
interface TapSet {
  style_taps: VggLayer[];
  content_tap: VggLayer;
  style_gatys: number;
  style_mse: number;
  content_gatys: number;
  content_mse: number;
  total_gatys: number;
  total_mse: number;
  grad_norm: { total_gatys: number };
}
interface Pool {
  activations: Record<'content' | 'style' | 'x', Record<string, Activation>>;
  gram: Record<string, { trace: number; frobenius: number }>;
  tapsets: Record<'relu' | 'conv', TapSet>;
}
interface Golden {
  pairs: Record<
    'a' | 'b',
    { content: string; style: string; pools: Record<'max' | 'avg', Pool>; tv_l1: number; tv_l2: number }
  >;
  odd_size: { image: string; max: Record<string, Activation>; avg: Record<string, Activation> };
}

const deepest = 'relu3_4';
// The cpu backend needs half a minute for one closure of the full-width network: it checks a cut of what wasm checks whole.
const thorough = inject('backend') !== 'cpu';
const relative = (actual: number, expected: number): number => Math.abs(actual - expected) / Math.abs(expected);
const read = async (x: tf.Tensor): Promise<Float32Array> => (await x.data()) as Float32Array;
const number = async (x: tf.Tensor): Promise<number> => (await x.data())[0]!;

// Winograd's way is for wasm alone; there the numbers must be right with it and without.
const ways = inject('backend') === 'wasm' ? [true, false] : [true];

describe.skipIf(!hasSharedData).each(ways)('VGG-19 against PyTorch in float64, winograd: %s', (winograd) => {
  const golden = hasSharedData ? (sharedJson('golden/gatys.json') as Golden) : undefined!;
  const arrays = hasSharedData ? sharedArrays('golden/gatys.safetensors') : undefined!;
  const pictures = hasSharedData ? sharedArrays('golden/images.safetensors') : undefined!;
  const networks = {} as Record<'max' | 'avg', FeatureExtractor<VggLayer<'vgg19'>>>;

  beforeAll(async () => {
    // The preprocessing is in the file's own notes (caffe).
    const source = safetensors(sharedBytes('weights/vgg19-imagenet-conv1_1-conv3_4.safetensors'));
    networks.max = await loadVgg(source, { upTo: deepest, winograd });
    networks.avg = await loadVgg(source, { upTo: deepest, pooling: 'average', winograd });
  });
  afterAll(() => {
    networks.max.dispose();
    networks.avg.dispose();
  });

  const expectActivation = async (features: tf.Tensor4D, expected: Activation): Promise<void> => {
    expect(features.shape).toEqual(expected.shape_nhwc);
    const values = await read(features);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    expect(relative(std, expected.std)).toBeLessThan(tolerance());
    expect(Math.abs(mean - expected.mean) / expected.std).toBeLessThan(tolerance());
    // A single value may be off by several times what a whole feature map is.
    for (const [i, v] of expected.first16.entries())
      expect(Math.abs(values[i]! - v) / expected.std).toBeLessThan(5 * tolerance());
  };

  describe.each(['max', 'avg'] as const)('%s pooling', (pooling) => {
    test.each(thorough ? (['a', 'b'] as const) : (['a'] as const))('features of pair %s', async (pair) => {
      const { activations } = golden.pairs[pair].pools[pooling];
      const images = {
        content: toImage(pictures.get(golden.pairs[pair].content)!),
        style: toImage(pictures.get(golden.pairs[pair].style)!),
        x: toImage(arrays.get(`${pair}/x`)!),
      };
      for (const which of thorough ? (['content', 'style', 'x'] as const) : (['x'] as const)) {
        const layers = Object.keys(activations[which]) as VggLayer<'vgg19'>[];
        const features = networks[pooling].features(images[which], layers);
        for (const layer of layers) {
          await expectActivation(features[layer], activations[which][layer]!);
          const whole = arrays.get(`${pair}/${pooling}/act/${which}/${layer}`);
          if (whole) expect(relativeL2(await read(features[layer]), whole.values)).toBeLessThan(tolerance());
        }
        tf.dispose(features);
      }
      tf.dispose(images);
    });

    test.runIf(thorough)('features of an odd size', async () => {
      const image = toImage(pictures.get(golden.odd_size.image)!);
      const expected = golden.odd_size[pooling];
      const layers = Object.keys(expected) as VggLayer<'vgg19'>[];
      const features = networks[pooling].features(image, layers);
      for (const layer of layers) await expectActivation(features[layer], expected[layer]!);
      tf.dispose([image, features]);
    });

    const cases = [
      ['a', 'relu'],
      ['a', 'conv'],
      ['b', 'relu'],
      ['b', 'conv'],
    ] as const;
    test.each(thorough ? cases : cases.slice(pooling === 'max' ? 0 : 1, pooling === 'max' ? 1 : 2))(
      'losses and image gradients of pair %s at the %s taps',
      async (pair, taps) => {
        const { content, style, pools } = golden.pairs[pair];
        const expected = pools[pooling].tapsets[taps];
        const network = networks[pooling];
        const x = toImage(arrays.get(`${pair}/x`)!);
        const [contentImage, styleImage] = [toImage(pictures.get(content)!), toImage(pictures.get(style)!)];
        const contentFeatures = network.features(contentImage, [expected.content_tap]);
        const styleFeatures = network.features(styleImage, expected.style_taps);

        for (const kind of thorough ? (['gatys', 'mse'] as const) : (['gatys'] as const)) {
          const contentTap = {
            layer: expected.content_tap,
            loss: contentLoss(contentFeatures[expected.content_tap], {
              reduction: kind === 'gatys' ? 'half-sum' : 'mean',
            }),
          };
          const styleTaps = expected.style_taps.map((layer) => ({
            layer,
            loss: styleLoss(
              styleFeatures[layer],
              kind === 'gatys' ? {} : { normalization: 'elements', reduction: 'mean' },
            ),
            weight: 1 / expected.style_taps.length,
          }));
          const styleWeight = kind === 'gatys' ? 20 : 100;
          const total = insertLossTaps(network, [
            contentTap,
            ...styleTaps.map((tap) => ({ ...tap, weight: tap.weight * styleWeight })),
          ]);
          const single = { content: insertLossTaps(network, [contentTap]), style: insertLossTaps(network, styleTaps) };
          const objectives = thorough ? { ...single, total } : { total };
          for (const [name, objective] of Object.entries(objectives)) {
            const { value, grad, parts } = objective.valueAndGrad(x);
            const reference = expected[`${name}_${kind}` as keyof TapSet] as number;
            expect(relative(await number(value), reference)).toBeLessThan(tolerance());
            if (thorough) expect(relative(await number(objective(x)), reference)).toBeLessThan(tolerance());
            const golden = arrays.get(`${pair}/${pooling}/${taps}/grad_${name}_${kind}`);
            if (golden) expect(relativeL2(await read(grad), golden.values)).toBeLessThan(tolerance());
            tf.dispose([value, grad, parts ?? []]);
          }
          for (const { loss } of styleTaps) loss.dispose();
        }
        tf.dispose([x, contentImage, styleImage, contentFeatures, styleFeatures]);
      },
    );
  });

  test.runIf(thorough)('gramMatrix of every layer', async () => {
    const { gram, activations } = golden.pairs.a.pools.max;
    const images = { style: toImage(pictures.get(golden.pairs.a.style)!), x: toImage(arrays.get('a/x')!) };
    for (const which of ['style', 'x'] as const) {
      const layers = Object.keys(activations[which]).filter((l) => `${which}/${l}` in gram) as VggLayer<'vgg19'>[];
      const features = networks.max.features(images[which], layers);
      for (const layer of layers) {
        const raw = gramMatrix(features[layer], { normalization: 'none' });
        const [values, c] = [await read(raw), raw.shape[1]];
        const trace = Array.from({ length: c }, (_, i) => values[i * c + i]!).reduce((a, b) => a + b, 0);
        expect(relative(trace, gram[`${which}/${layer}`]!.trace)).toBeLessThan(tolerance());
        expect(relative(Math.hypot(...values), gram[`${which}/${layer}`]!.frobenius)).toBeLessThan(tolerance());
        const whole = arrays.get(`a/max/gram_raw/${which}/${layer}`);
        if (whole) expect(relativeL2(values, whole.values)).toBeLessThan(tolerance());
        const divided = arrays.get(`a/max/gram_chw/${which}/${layer}`);
        const elements = gramMatrix(features[layer], { normalization: 'elements' });
        if (divided) expect(relativeL2(await read(elements), divided.values)).toBeLessThan(tolerance());
        tf.dispose([raw, elements]);
      }
      tf.dispose(features);
    }
    tf.dispose(images);
  });

  test.each(['a', 'b'] as const)('totalVariationLoss of pair %s', async (pair) => {
    const x = toImage(arrays.get(`${pair}/x`)!);
    const l1 = totalVariationLoss({ norm: 'l1', reduction: 'sum' });
    const l2 = totalVariationLoss({ norm: 'l2', reduction: 'sum' });
    expect(relative(await number(l1(x)), golden.pairs[pair].tv_l1)).toBeLessThan(tolerance());
    const { value, grad } = l2.valueAndGrad(x);
    expect(relative(await number(value), golden.pairs[pair].tv_l2)).toBeLessThan(tolerance());
    expect(relativeL2(await read(grad), arrays.get(`${pair}/grad_tv_l2`)!.values)).toBeLessThan(tolerance());
    tf.dispose([x, value, grad]);
  });

  test.runIf(thorough)('under tf.grad the same gradient comes out, on core alone', async () => {
    const { content_tap: layer } = golden.pairs.a.pools.max.tapsets.relu;
    const content = toImage(pictures.get(golden.pairs.a.content)!);
    const x = toImage(arrays.get('a/x')!);
    const target = networks.max.features(content, [layer])[layer];
    const loss = contentLoss(target, { reduction: 'half-sum' });
    const expected = arrays.get('a/max/relu/grad_content_gatys')!.values;
    const throughFeatures = tf.grad((image) => loss(networks.max.features(image as tf.Tensor4D, [layer])[layer]))(x);
    expect(relativeL2(await read(throughFeatures), expected)).toBeLessThan(tolerance());
    const objective = insertLossTaps(networks.max, [{ layer, loss }]);
    const throughTaps = tf.grad((image) => tf.mul(objective(image as tf.Tensor4D), 2))(x);
    expect(
      relativeL2(
        (await read(throughTaps)).map((v) => v / 2),
        expected,
      ),
    ).toBeLessThan(tolerance());
    tf.dispose([content, x, target, throughFeatures, throughTaps]);
  });
});
