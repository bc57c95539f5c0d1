import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { describe, expect, test, vi } from 'vitest';
import { contentLoss, gramMatrix, styleLoss } from '../../src/losses/index.js';
import {
  type Padding,
  encodeSafetensors,
  graphModelExtractor,
  insertLossTaps,
  loadVgg,
  safetensors,
} from '../../src/models/index.js';
import { expectTensorGrowth, randomNumbers, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';

/* The same little VGG as a graph model and as a network of this library, whose gradients have been checked independently. */

const convolutions = [
  ['conv1_1', 3, 4],
  ['conv1_2', 4, 4],
  ['conv2_1', 4, 8],
] as const;

const next = randomNumbers(7);
const numbers = (length: number, scale: number) => Float32Array.from({ length }, () => scale * (next() - 0.5));
const weights = Object.fromEntries(
  convolutions.map(([name, input, output]) => [
    name,
    { kernel: numbers(9 * input * output, 1.2), bias: numbers(output, 0.4), shape: [3, 3, input, output] },
  ]),
);

const float = { type: 'DT_FLOAT' };
const dims = (sides: readonly number[]) => ({ dim: sides.map((size) => ({ size: String(size) })) });
const constant = (name: string, sides: readonly number[], type = 'DT_FLOAT') => ({
  name,
  op: 'Const',
  attr: { dtype: { type }, value: { tensor: { dtype: type, tensorShape: dims(sides) } } },
});
const strides = (side: number) => ({ list: { i: ['1', String(side), String(side), '1'] } });
const bytes = (text: string) => ({ s: btoa(text) });

/** Convolutions as converters write them: plain with BiasAdd, fused, and behind a MirrorPad for reflection. */
function graph(padding: Padding) {
  const node: unknown[] = [
    { name: 'pixels', op: 'Placeholder', attr: { dtype: float, shape: { shape: dims([-1, -1, -1, 3]) } } },
    constant('border', [4, 2], 'DT_INT32'),
    constant('flat/shape', [1], 'DT_INT32'),
  ];
  let last = 'pixels';
  const add = (name: string, op: string, input: string[], attr: object): void => {
    node.push({ name, op, input, attr: { T: float, ...attr } });
    last = name;
  };
  for (const [name, input, output] of convolutions) {
    node.push(constant(`${name}/kernel`, [3, 3, input, output]), constant(`${name}/bias`, [output]));
    if (name === 'conv2_1')
      add('pool1', 'MaxPool', [last], { ksize: strides(2), strides: strides(2), padding: bytes('VALID') });
    if (padding === 'reflect') add(`${name}/pad`, 'MirrorPad', [last, 'border'], { mode: bytes('REFLECT') });
    const attr = {
      padding: bytes(padding === 'reflect' ? 'VALID' : 'SAME'),
      strides: strides(1),
      dilations: strides(1),
    };
    if (name === 'conv1_2') {
      const fused = { num_args: { i: '1' }, fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu')] } } };
      add(`${name}/Relu`, '_FusedConv2D', [last, `${name}/kernel`, `${name}/bias`], { ...attr, ...fused });
    } else {
      add(`${name}/Conv2D`, 'Conv2D', [last, `${name}/kernel`], attr);
      add(`${name}/BiasAdd`, 'BiasAdd', [last, `${name}/bias`], {});
      add(`${name}/Relu`, 'Relu', [last], {});
    }
  }
  add('odd', 'Selu', [last], {});
  add('flat', 'Reshape', [last, 'flat/shape'], {});
  return node;
}

function load(padding: Padding = 'zero', border = 1) {
  const specs: tf.io.WeightsManifestEntry[] = [
    { name: 'border', shape: [4, 2], dtype: 'int32' },
    { name: 'flat/shape', shape: [1], dtype: 'int32' },
  ];
  const data: ArrayBufferView[] = [Int32Array.of(0, 0, border, border, border, border, 0, 0), Int32Array.of(-1)];
  for (const [name, { kernel, bias, shape }] of Object.entries(weights)) {
    specs.push({ name: `${name}/kernel`, shape, dtype: 'float32' });
    specs.push({ name: `${name}/bias`, shape: [bias.length], dtype: 'float32' });
    data.push(kernel, bias);
  }
  const weightData = tf.io.CompositeArrayBuffer.join(data.map(({ buffer }) => buffer as ArrayBuffer));
  return loadGraphModel(
    tf.io.fromMemory({ modelTopology: { node: graph(padding), versions: {} }, weightSpecs: specs, weightData }),
  );
}

const ownNetwork = (padding: Padding) => {
  const arrays: Parameters<typeof encodeSafetensors>[0] = Object.fromEntries(
    Object.entries(weights).flatMap(([name, { kernel, bias, shape }]) => [
      [`${name}.weight`, { shape, values: kernel }],
      [`${name}.bias`, { shape: [bias.length], values: bias }],
    ]),
  );
  const source = safetensors(encodeSafetensors(arrays), { kernelLayout: 'HWIO' });
  return loadVgg(source, { preprocessing: 'caffe', padding, upTo: 'relu2_1' });
};

const layers = { relu1_1: 'conv1_1/Relu', relu1_2: 'conv1_2/Relu', conv2_1: 'conv2_1/BiasAdd' } as const;
const names = ['relu1_1', 'relu1_2', 'conv2_1'] as const;

describe('graphModelExtractor(model)', () => {
  test.each(['zero', 'reflect'] as const)(
    'has the features and the image gradient of our own network: %s',
    async (padding) => {
      const [model, own] = [await load(padding), await ownNetwork(padding)];
      const network = await graphModelExtractor(model, { layers, preprocessing: 'caffe' });
      expect(network.layers).toEqual(['image', ...names]);
      const [image, style] = [randomTensor<tf.Rank.R4>([1, 10, 12, 3], 1), randomTensor<tf.Rank.R4>([1, 8, 8, 3], 2)];

      const [theirs, ours] = [
        await expectTensorGrowth(3, () => network.features(style, names)),
        own.features(style, names),
      ];
      for (const name of names)
        expect(relativeL2(await theirs[name].data(), await ours[name].data())).toBeLessThan(tolerance());

      const gram = gramMatrix(ours.relu1_2);
      const taps = [
        { layer: 'relu1_1', loss: (x: tf.Tensor4D) => tf.mean<tf.Scalar>(tf.square(x)) },
        { layer: 'relu1_2', loss: styleLoss({ gram }, { reduction: 'mean' }) },
        { layer: 'conv2_1', loss: contentLoss(randomTensor<tf.Rank.R4>([1, 5, 6, 8], 3)), weight: 2 },
      ] as const;
      const tapped = insertLossTaps(network, taps);
      const result = await expectTensorGrowth(3, () => tapped.valueAndGrad(image));
      const expected = insertLossTaps(own, taps).valueAndGrad(image);
      expect(relativeL2(await result.value.data(), await expected.value.data())).toBeLessThan(tolerance());
      expect(relativeL2(await result.grad.data(), await expected.grad.data())).toBeLessThan(tolerance());
      // Under a user's own tape too.
      const taped = tf.tidy(() => tf.grad(tapped as (x: tf.Tensor) => tf.Tensor)(image));
      expect(relativeL2(await taped.data(), await expected.grad.data())).toBeLessThan(tolerance());

      tf.dispose([theirs, ours, gram, taped, image, style]);
      tf.dispose([result.value, result.grad, result.parts!, expected.value, expected.grad, expected.parts!]);
      network.dispose();
      own.dispose();
      model.dispose();
    },
  );

  test('lists every node of a model without names of ours, and the picture', async () => {
    const model = await load();
    const network = await graphModelExtractor(model);
    expect(network.layers).toContain('conv1_2/Relu');
    expect(network.layers).not.toContain('conv1_2/kernel');
    const image = randomTensor<tf.Rank.R4>([1, 6, 6, 3], 1);
    const found = await expectTensorGrowth(2, () => network.features(image, ['image', 'pool1']));
    expect(await found.image.data()).toEqual(await image.data());
    expect(found.pool1.shape).toEqual([1, 3, 3, 4]);
    tf.dispose([image, found]);
    model.dispose();
  });

  test('frees what the tape has kept where a gradient is missing that only the tape knows of', async () => {
    const model = await load('reflect', 2);
    const network = await graphModelExtractor(model, { layers });
    const image = randomTensor<tf.Rank.R4>([1, 8, 8, 3], 1);
    for (let i = 0; i < 2; i++)
      await expectTensorGrowth(0, () => {
        expect(() => network.imageGradient(image, { relu1_2: (x) => x })).toThrow(
          'the operation MirrorPad, for which no',
        );
      });
    image.dispose();
    model.dispose();
  });

  test('says what is wrong', async () => {
    await expect(graphModelExtractor({} as tf.io.ModelArtifacts as never)).rejects.toThrow(
      'graphModelExtractor: model must be a GraphModel of @tensorflow/tfjs-converter; got an object',
    );
    const model = await load();
    await expect(graphModelExtractor(model, { layers: { relu1_1: 'nothing' } })).rejects.toThrow(
      /layers: 'relu1_1' must be a node of the model; got 'nothing'; known are conv1_1\/Conv2D/,
    );
    await expect(graphModelExtractor(model, { preprocessing: { matrix: [], bias: [] } })).rejects.toThrow('3x3 matrix');
    const network = await graphModelExtractor(model, { layers: { ...layers, odd: 'odd', flat: 'flat' } });
    const image = randomTensor<tf.Rank.R4>([1, 6, 6, 3], 1);
    await expectTensorGrowth(0, () => {
      expect(() => network.features(image, ['relu3_1' as 'relu1_1'])).toThrow(/no layer 'relu3_1'; known are image/);
      expect(() => network.features(image, ['flat'])).toThrow(/the layer flat must be \[b, h, w, c\]; got/);
      expect(() => network.imageGradient(image, {})).toThrow('at least one layer; got {}');
      expect(() => network.imageGradient(image, { relu1_1: () => tf.zeros([1, 2, 2, 4]) })).toThrow('equal shapes');
    });
    // Named before the network has run.
    const slope = vi.fn((x: tf.Tensor4D) => x);
    await expectTensorGrowth(0, () => {
      expect(() => network.imageGradient(image, { relu1_1: slope, odd: slope })).toThrow(
        'imageGradient: the model uses the operation Selu, for which no gradient is registered. ' +
          'Register one with tf.registerGradient, or take layers before it.',
      );
    });
    expect(slope).not.toHaveBeenCalled();
    // What lies behind the layers that are asked for does not matter.
    const gradient = await expectTensorGrowth(1, () => network.imageGradient(image, { conv2_1: (x) => x }));
    gradient.dispose();
    network.dispose();
    expect(() => network.features(image, ['relu1_1'])).toThrow('the network has been disposed');
    image.dispose();
    model.dispose();
  });
});
