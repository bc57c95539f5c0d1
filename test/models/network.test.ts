import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { peakBytes } from '../../bench/measure.js';
import { ensureGradients } from '../../src/internal/ensureGradients.js';
import { contentLoss, gramMatrix, styleLoss } from '../../src/losses/index.js';
import {
  type VggLayer,
  type WeightSource,
  architectures,
  encodeSafetensors,
  insertLossTaps,
  loadVgg,
  paddings,
  poolings,
  randomVgg,
  safetensors,
  vggLayers,
} from '../../src/models/index.js';
import type { Differentiable, Image } from '../../src/types.js';
import { directionalError, expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';

const picture = (seed: number, h = 12, w = 16, b = 1): Image => randomTensor<tf.Rank.R4>([b, h, w, 3], seed);
const numbers = async (x: tf.Tensor): Promise<number[]> => [...(await x.data())];
// Found on cpu.
const RELU3_1_SUM = 305.008236;
const number = async (x: tf.Tensor): Promise<number> => (await x.data())[0]!;

describe('vggLayers', () => {
  test('vggLayers(architecture) lists 37 and 43 names in order', () => {
    expect(vggLayers('vgg16').slice(0, 8)).toEqual([
      'image',
      'conv1_1',
      'relu1_1',
      'conv1_2',
      'relu1_2',
      'pool1',
      'conv2_1',
      'relu2_1',
    ]);
    // 13 and 16 convolutions, each with its relu, 5 pools and the image
    expect(vggLayers('vgg16')).toHaveLength(13 * 2 + 5 + 1);
    expect(vggLayers('vgg19')).toHaveLength(16 * 2 + 5 + 1);
    expect(Object.keys(architectures)).toEqual(['vgg16', 'vgg19']);
  });

  test('VggLayer admits the names that exist and no others', () => {
    expectTypeOf<'conv3_4'>().toExtend<VggLayer<'vgg19'>>();
    expectTypeOf<'conv3_4'>().not.toExtend<VggLayer<'vgg16'>>();
    expectTypeOf<'relu1_4'>().not.toExtend<VggLayer>();
    expectTypeOf<'pool6'>().not.toExtend<VggLayer>();
  });
});

describe('randomVgg', () => {
  test('randomVgg({ seed }) is the same for the same seed and another for another', async () => {
    const x = picture(1);
    const features = async (seed: number): Promise<number[]> => {
      const vgg = randomVgg({ seed, width: 4, upTo: 'relu3_1' });
      const { relu3_1 } = vgg.features(x, ['relu3_1']);
      vgg.dispose();
      return numbers(relu3_1);
    };
    expect(await features(5)).toEqual(await features(5));
    expect(relativeL2(await features(6), await features(5))).toBeGreaterThan(0.5);
    // The weights are drawn on the host: every backend must find these features, up to its rounding.
    const first = (await features(5)).slice(0, 400);
    expect(Math.abs(first.reduce((a, b) => a + b) - RELU3_1_SUM) / RELU3_1_SUM).toBeLessThan(10 * tolerance());
  });

  test('randomVgg({ width }) has features of comparable size at every depth', async () => {
    const vgg = randomVgg({ seed: 2, width: 8 });
    const smooth = tf.image.resizeBilinear(picture(3, 6, 6), [64, 64]);
    const layers = vggLayers('vgg19').filter((layer) => layer.startsWith('conv'));
    const features = vgg.features(smooth, layers);
    for (const layer of layers) {
      const { variance } = tf.moments(features[layer]);
      const deviation = Math.sqrt(await number(variance));
      expect(deviation, layer).toBeGreaterThan(0.2);
      expect(deviation, layer).toBeLessThan(5);
      expect(features[layer].shape[3], layer).toBe(8 * Math.min(8, 2 ** (Number(layer.charAt(4)) - 1)));
    }
    tf.dispose(features);
    vgg.dispose();
  });

  test('randomVgg().dispose() frees every weight', async () => {
    await expectTensorGrowth(0, () => {
      randomVgg({ width: 2 }).dispose();
    });
    const vgg = randomVgg({ width: 2, upTo: 'relu1_1' });
    vgg.dispose();
    expect(() => vgg.features(picture(1), ['relu1_1'])).toThrow('has been disposed');
  });
});

describe.each(poolings)('a network with %s pooling', (pooling) => {
  describe.each(paddings)('and %s padding', (padding) => {
    const network = () => randomVgg({ seed: 3, width: 3, upTo: 'relu3_1', pooling, padding });

    test('features(image, layers) equals the chain of TensorFlow.js operations', async () => {
      const vgg = network();
      const x = picture(4, 9, 11, 2);
      const f = vgg.features(x, ['image', 'conv1_1', 'relu1_1', 'relu1_2', 'pool1']);
      expect(relativeL2(await numbers(f.image), await numbers(x))).toBe(0);
      expect(relativeL2(await numbers(f.relu1_1), await numbers(tf.relu(f.conv1_1)))).toBeLessThan(1e-6);
      const pooled = (pooling === 'max' ? tf.maxPool : tf.avgPool)(f.relu1_2, 2, 2, 'valid');
      expect(relativeL2(await numbers(f.pool1), await numbers(pooled))).toBeLessThan(1e-6);
      // Asking for a layer alone fuses convolution and relu; the numbers are the same.
      expect(relativeL2(await numbers(vgg.features(x, ['relu1_1']).relu1_1), await numbers(f.relu1_1))).toBeLessThan(
        1e-6,
      );
      vgg.dispose();
    });

    test('insertLossTaps(vgg, taps) has an exact image gradient, at conv, relu and pool taps, for a batch of odd size', async () => {
      const vgg = network();
      const [x, other] = [picture(5, 9, 11, 2), picture(6, 9, 11, 2)];
      const layers = ['image', 'conv1_2', 'pool1', 'conv2_1', 'relu2_1', 'relu3_1'] as const;
      const targets = vgg.features(other, layers);
      const objective = insertLossTaps(
        vgg,
        layers.map((layer, i) => ({
          layer,
          loss: i % 2 === 0 ? contentLoss(targets[layer]) : styleLoss({ gram: gramMatrix(targets[layer]) }),
          weight: 1 + i,
        })),
      );
      const { value, grad, parts } = await expectTensorGrowth(3, () => objective.valueAndGrad(x));
      expect(grad.shape).toEqual(x.shape);
      const total = await number(value);
      expect((await numbers(parts!)).reduce((a, b) => a + b) / total).toBeCloseTo(1, 5);
      expect((await number(objective(x))) / total).toBeCloseTo(1, 5);
      // A step of 0.01 along the gradient crosses few kinks of relu and max.
      expect(await directionalError(objective, x, grad, 0.01)).toBeLessThan(0.02);
      const byTape = tf.grad((image) => objective(image as Tensor4D))(x);
      expect(relativeL2(await numbers(byTape), await numbers(grad))).toBeLessThan(1e-4);
      vgg.dispose();
    });
  });
});

describe('features and imageGradient', () => {
  test('features(image, layers) computes nothing deeper than the deepest layer', () => {
    const vgg = randomVgg({ width: 2 });
    // 8x8 pixels can be halved three times; asking for less must not run into the fourth.
    expect(vgg.features(picture(1, 8, 8), ['relu3_1']).relu3_1.shape).toEqual([1, 2, 2, 8]);
    expect(() => vgg.features(picture(1, 8, 8), ['pool4'])).toThrow(
      'pool4 needs an input of at least 2x2 pixels and got 1x1: use a larger picture, or layers before pool4',
    );
    vgg.dispose();
  });

  test('features(image, layers) grows by one tensor a layer, and frees on failure', async () => {
    const vgg = randomVgg({ width: 2, upTo: 'pool5' });
    const x = picture(1, 8, 8);
    await expectTensorGrowth(3, () => vgg.features(x, ['image', 'conv1_1', 'pool2']));
    await expectTensorGrowth(0, () => {
      expect(() => vgg.features(x, ['pool5'])).toThrow();
    });
    vgg.dispose();
  });

  test('imageGradient(image, callbacks) frees on a throwing callback, and takes features as their own gradient', async () => {
    const vgg = randomVgg({ width: 2, upTo: 'relu2_1' });
    const x = picture(1);
    await expectTensorGrowth(0, () => {
      expect(() =>
        vgg.imageGradient(x, {
          relu2_1: () => {
            throw new Error('mine');
          },
        }),
      ).toThrow('mine');
    });
    // d/dF of half the sum of squares is F itself.
    const own = vgg.imageGradient(x, { relu2_1: (f) => f, conv2_1: (f) => tf.zerosLike(f) });
    const half = insertLossTaps(vgg, [
      { layer: 'relu2_1', loss: contentLoss(tf.zeros([1, 6, 8, 4]), { reduction: 'half-sum' }) },
    ]);
    expect(relativeL2(await numbers(own), await numbers(half.valueAndGrad(x).grad))).toBeLessThan(1e-5);
    vgg.dispose();
  });

  test('gradients: false halves the weights and says so when a gradient is asked for', async () => {
    const before = tf.memory().numTensors;
    const vgg = randomVgg({ width: 2, upTo: 'relu1_2', gradients: false });
    expect(tf.memory().numTensors - before).toBe(4);
    expect(() => vgg.imageGradient(picture(1), { relu1_2: (f) => f })).toThrow('gradients: false');
    await expectTensorGrowth(-4, () => vgg.dispose());
  });

  test('poolRounding: ceil keeps the last row and column of odd sizes', () => {
    const vgg = randomVgg({ width: 2, upTo: 'pool2', poolRounding: 'ceil' });
    expect(vgg.features(picture(1, 9, 11), ['pool2']).pool2.shape).toEqual([1, 3, 3, 4]);
    vgg.dispose();
  });
});

describe('insertLossTaps', () => {
  test('insertLossTaps(vgg, plain functions) equals the same losses in closed form', async () => {
    const vgg = randomVgg({ seed: 1, width: 3, upTo: 'relu2_1' });
    const [x, other] = [picture(1), picture(2)];
    const target = vgg.features(other, ['relu2_1']).relu2_1;
    const gram = gramMatrix(target);
    ensureGradients();
    const plain: Differentiable[] = [
      (f) => tf.mean(tf.squaredDifference(f, target)),
      (f) => tf.div(tf.sum(tf.square(tf.sub(gramMatrix(f), gram))), 4 * 6 ** 2),
    ];
    const ours = [contentLoss(target), styleLoss({ gram })];
    const results = await Promise.all(
      [plain, ours].map(async (losses) => {
        const objective = insertLossTaps(
          vgg,
          losses.map((loss) => ({ layer: 'relu2_1' as const, loss })),
        );
        expect(objective.partNames).toEqual(['relu2_1', 'relu2_1 (2)']);
        const { value, grad } = objective.valueAndGrad(x);
        const byTape = tf.grad((image) => objective(image as Tensor4D))(x);
        expect(relativeL2(await numbers(byTape), await numbers(grad))).toBeLessThan(1e-4);
        return { value: await number(value), grad: await numbers(grad) };
      }),
    );
    expect(results[0]!.value).toBeCloseTo(results[1]!.value, 4);
    expect(relativeL2(results[0]!.grad, results[1]!.grad)).toBeLessThan(1e-4);
    vgg.dispose();
  });

  test('insertLossTaps(vgg, taps) leaks nothing when a loss throws', async () => {
    const vgg = randomVgg({ width: 2, upTo: 'relu2_1' });
    const x = picture(1);
    const objective = insertLossTaps(vgg, [
      { layer: 'relu2_1', loss: (f) => tf.mean(tf.square(f)) },
      {
        layer: 'relu1_1',
        loss: () => {
          throw new Error('mine');
        },
      },
    ]);
    await expectTensorGrowth(0, () => {
      expect(() => objective.valueAndGrad(x)).toThrow('mine');
      expect(() => objective(x)).toThrow('mine');
    });
    vgg.dispose();
  });

  test('insertLossTaps(vgg, taps) holds a fraction of what the tape holds', async () => {
    const vgg = randomVgg({ width: 8, upTo: 'relu3_1' });
    const x = picture(1, 64, 64);
    const objective = insertLossTaps(vgg, [{ layer: 'relu3_1', loss: (f) => tf.mean(tf.square(f)) }]);
    const peak = await peakBytes(() => tf.dispose(objective.valueAndGrad(x) as unknown as tf.TensorContainer));
    const tapePeak = await peakBytes(() => tf.dispose(tf.valueAndGrad((y) => objective(y as Tensor4D))(x)));
    expect(peak / tapePeak).toBeLessThan(0.6);
    vgg.dispose();
  });
});

describe('loadVgg', () => {
  /** A slim VGG-19 up to conv2_1 with torch's names. */
  const weights = (
    change: (arrays: Record<string, { shape: number[]; values: Float32Array }>) => void = () => undefined,
  ) => {
    const arrays: Record<string, { shape: number[]; values: Float32Array }> = {};
    const add = (name: string, output: number, input: number, k = 3): void => {
      arrays[`${name}.weight`] = {
        shape: [output, input, k, k],
        values: new Float32Array(output * input * k * k).fill(0.1),
      };
      arrays[`${name}.bias`] = { shape: [output], values: new Float32Array(output) };
    };
    add('features.0', 2, 3);
    add('features.2', 2, 2);
    add('features.5', 4, 2);
    change(arrays);
    return safetensors(encodeSafetensors(arrays));
  };
  const options = { upTo: 'relu2_1', preprocessing: 'none' } as const;

  test('loadVgg(source, { preprocessing }) sees colours as the weights expect them', async () => {
    const gray = tf.fill<tf.Rank.R4>([1, 3, 3, 3], 0.5);
    const centre = async (preprocessing: 'none' | 'caffe' | 'torchvision'): Promise<number> => {
      const vgg = await loadVgg(weights(), { upTo: 'conv1_1', preprocessing });
      const { conv1_1 } = vgg.features(gray, ['conv1_1']);
      vgg.dispose();
      // All filters are 0.1, so the centre is 0.9 times the sum of the three colours.
      return (await conv1_1.data())[2 * 4]! / 0.9;
    };
    expect(await centre('none')).toBeCloseTo(1.5, 4);
    expect(await centre('caffe')).toBeCloseTo(3 * 127.5 - 103.939 - 116.779 - 123.68, 2);
    const torchvision = [0.485, 0.456, 0.406].map((m, i) => (0.5 - m) / [0.229, 0.224, 0.225][i]!);
    expect(await centre('torchvision')).toBeCloseTo(torchvision[0]! + torchvision[1]! + torchvision[2]!, 4);
  });

  test('loadVgg(source, { preprocessing: caffe }) turns RGB to BGR', async () => {
    const source = safetensors(
      encodeSafetensors({
        'conv1_1.weight': {
          shape: [1, 3, 3, 3],
          values: Float32Array.from({ length: 27 }, (_, i) => (i === 4 ? 1 : 0)),
        },
        'conv1_1.bias': { shape: [1], values: [0] },
      }),
    );
    const vgg = await loadVgg(source, { upTo: 'conv1_1', preprocessing: 'caffe' });
    const blue = vgg.features(tf.tensor4d([0.1, 0.2, 0.9], [1, 1, 1, 3]), ['conv1_1']).conv1_1;
    expect(await number(blue)).toBeCloseTo(0.9 * 255 - 103.939, 3);
    vgg.dispose();
  });

  test('loadVgg(source) without upTo goes as deep as the weights', async () => {
    const vgg = await loadVgg(weights(), { preprocessing: 'none' });
    expect(vgg.layers.at(-1)).toBe('relu2_1');
    vgg.dispose();
    await expect(
      loadVgg(
        weights((a) => {
          delete a['features.2.weight'];
        }),
        { preprocessing: 'none' },
      ),
    ).rejects.toThrow("layer 'conv1_2'");
  });

  test('loadVgg(source) reads a network that was saved out of DataParallel', async () => {
    const image = randomTensor<tf.Rank.R4>([1, 6, 6, 3], 1);
    const features = async (source: WeightSource): Promise<number[]> => {
      const vgg = await loadVgg(source, { preprocessing: 'none' });
      const { relu2_1 } = vgg.features(image, ['relu2_1']);
      vgg.dispose();
      return [...(await relu2_1.data())];
    };
    const wrapped = weights((arrays) => {
      for (const name of Object.keys(arrays)) {
        arrays[`module.${name}`] = arrays[name]!;
        Reflect.deleteProperty(arrays, name);
      }
    });
    expect(await features(wrapped)).toEqual(await features(weights()));
  });

  test('loadVgg(source) takes preprocessing and padding from the file, unless options say otherwise', async () => {
    const arrays = {
      'conv1_1.weight': { shape: [1, 3, 3, 3], values: new Float32Array(27).fill(1) },
      'conv1_1.bias': { shape: [1], values: [0] },
    };
    const source = safetensors(encodeSafetensors(arrays, { metadata: { preprocessing: 'none', padding: 'reflect' } }));
    const corner = async (options: { padding?: 'zero'; preprocessing?: 'caffe' }): Promise<number> => {
      const vgg = await loadVgg(source, options);
      const { conv1_1 } = vgg.features(tf.ones([1, 4, 4, 3]), ['conv1_1']);
      vgg.dispose();
      return number(conv1_1);
    };
    expect(await corner({})).toBe(27);
    expect(await corner({ padding: 'zero' })).toBe(12);
    const caffe = 255 * 27 - 9 * (103.939 + 116.779 + 123.68);
    expect(await corner({ preprocessing: 'caffe' })).toBeCloseTo(caffe, 1);
  });

  test.each<[string, () => Promise<unknown>, string | RegExp]>([
    [
      'no word about preprocessing',
      () => loadVgg(weights(), { upTo: 'relu1_1' }),
      "set options.preprocessing to one of 'torchvision', 'caffe', 'none', 'conv0'",
    ],
    ['a missing layer', () => loadVgg(weights(), { ...options, upTo: 'relu2_2' }), /layer 'conv2_2'.*features\.7/],
    [
      'a mis-shaped layer',
      () =>
        loadVgg(
          weights((a) => {
            a['features.5.weight']!.shape = [2, 4, 3, 3];
          }),
          options,
        ),
      /layer 'conv2_1'.*expected.*3x3 from 2 to 4 channels.*got 3x3 from 4 to 2/,
    ],
    [
      'a kernel of another size',
      () =>
        loadVgg(
          weights((a) => {
            a['features.2.weight'] = { shape: [2, 2, 1, 1], values: new Float32Array(4) };
          }),
          options,
        ),
      /layer 'conv1_2'.*expected.*got 1x1/,
    ],
    [
      'a missing bias',
      () =>
        loadVgg(
          weights((a) => {
            delete a['features.2.bias'];
          }),
          options,
        ),
      /layer 'conv1_2'.*bias/,
    ],
    [
      'NaN among the weights',
      () =>
        loadVgg(
          weights((a) => {
            a['features.2.weight']!.values[3] = NaN;
          }),
          options,
        ),
      /layer 'conv1_2'.*finite/,
    ],
    ['no conv0', () => loadVgg(weights(), { ...options, preprocessing: 'conv0' }), /layer 'conv0'/],
    [
      'an unknown architecture',
      () => loadVgg(weights(), { architecture: 'vgg11' as 'vgg16' }),
      "architecture must be one of 'vgg16', 'vgg19'; got 'vgg11'",
    ],
    [
      'an unknown pooling',
      () => loadVgg(weights(), { ...options, pooling: 'mean' as 'max' }),
      "pooling must be one of 'max', 'average'; got 'mean'",
    ],
    [
      'an unknown layer',
      () => loadVgg(weights(), { ...options, upTo: 'relu1_4' as 'relu1_1' }),
      /upTo must be a layer after 'image', one of conv1_1, .*; got 'relu1_4'/,
    ],
    [
      'an unknown preprocessing',
      () => loadVgg(weights(), { ...options, preprocessing: 'imagenet' as 'none' }),
      "preprocessing must be one of 'torchvision', 'caffe', 'none', 'conv0'; got 'imagenet'",
    ],
    [
      'a colour map of the wrong size',
      () => loadVgg(weights(), { ...options, preprocessing: { matrix: [[1]], bias: [0] } }),
      'preprocessing must have a 3x3 matrix',
    ],
  ])('loadVgg(%s) fails with a clear error and leaves nothing allocated', async (_, run, message) => {
    await expectTensorGrowth(0, () => expect(run()).rejects.toThrow(message));
  });
});

describe('bad input gets a clear error before any work', () => {
  const vgg = () => randomVgg({ width: 2, upTo: 'relu1_1' });
  test.each<[string, () => unknown, string]>([
    [
      'an unknown layer',
      () => vgg().features(picture(1), ['relu9_9' as 'relu1_1']),
      "features: there is no layer 'relu9_9'; the layers are image, conv1_1, relu1_1",
    ],
    [
      'a tap on an unknown layer',
      () => insertLossTaps(vgg(), [{ layer: 'conv5_1', loss: (f: Tensor4D) => tf.sum(f) }]),
      "insertLossTaps: there is no layer 'conv5_1'; the layers are image, conv1_1, relu1_1",
    ],
    ['no taps', () => insertLossTaps(vgg(), []), 'taps must name at least one loss; got []'],
    [
      'a tap without a loss',
      () => insertLossTaps(vgg(), [{ layer: 'relu1_1', loss: 3 as unknown as Differentiable }]),
      'taps[0].loss must be a function; got 3',
    ],
    [
      'an infinite weight',
      () => insertLossTaps(vgg(), [{ layer: 'relu1_1', loss: (f: Tensor4D) => tf.sum(f), weight: Infinity }]),
      'taps[0].weight must be a number; got Infinity',
    ],
    [
      'one channel',
      () => vgg().features(tf.ones([1, 4, 4, 1]), ['relu1_1']),
      'features: image must have 3 channels (RGB), [b, h, w, 3]; got a float32 tensor of shape [1, 4, 4, 1]',
    ],
    [
      'no batch',
      () => vgg().features(tf.ones<tf.Rank>([4, 4, 3]) as Tensor4D, ['relu1_1']),
      'features: image must be a float32 tensor [b, h, w, 3]',
    ],
    ['integers', () => vgg().features(tf.ones([1, 4, 4, 3], 'int32'), ['relu1_1']), 'got a int32 tensor'],
    ['a width of nothing', () => randomVgg({ width: 0 }), 'randomVgg: width must be a whole number in 1..64; got 0'],
    ['no callbacks', () => vgg().imageGradient(picture(1), {}), 'gradientAt must name at least one layer'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
