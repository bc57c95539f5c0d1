import { describe, expect, it } from 'vitest';
import { readConvolution } from '../../../src/models/weights/index.js';
import { expectWeightsError, memorySource } from './_build.js';

// Two filters over one channel, 1x2: out 0 has the taps 1, 2, out 1 has 3, 4.
const oihw = { shape: [2, 1, 1, 2], values: [1, 2, 3, 4] };
const hwio = { shape: [1, 2, 1, 2], values: [1, 3, 2, 4] };
const bias = { shape: [2], values: [5, 6] };
const result = { kernel: Float32Array.of(1, 3, 2, 4), kernelShape: [1, 2, 1, 2], bias: Float32Array.of(5, 6) };

describe('readConvolution(source, layer, candidates)', () => {
  it('turns torch order [out, in, h, w] into [h, w, in, out]', async () => {
    const source = memorySource({ 'features.0.weight': oihw, 'features.0.bias': bias });
    expect(await readConvolution(source, 'conv1_1', ['features.0'])).toEqual({ ...result, name: 'features.0.weight' });
  });

  it('puts every number of a kernel with four different sides in its place', async () => {
    const [out, input, h, w] = [2, 3, 4, 5];
    const values = Array.from({ length: out * input * h * w }, (_, i) => i);
    const source = memorySource({ 'c.weight': { shape: [out, input, h, w], values }, 'c.bias': bias });
    const { kernel, kernelShape } = await readConvolution(source, 'c', ['c']);
    expect(kernelShape).toEqual([h, w, input, out]);
    for (let o = 0; o < out; o++)
      for (let i = 0; i < input; i++)
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++)
            expect(kernel[((y * w + x) * input + i) * out + o]).toBe(values[((o * input + i) * h + y) * w + x]);
  });

  it.each([
    ['block1_conv1/kernel', 'block1_conv1/bias'],
    ['block1_conv1/kernel:0', 'block1_conv1/bias:0'],
    ['block1_conv1_W_1:0', 'block1_conv1_b_1:0'],
    ['vgg19/block1_conv1/kernel', 'vgg19/block1_conv1/bias'],
    [
      'StatefulPartitionedCall/vgg19/block1_conv1/Conv2D/ReadVariableOp',
      'StatefulPartitionedCall/vgg19/block1_conv1/BiasAdd/ReadVariableOp',
    ],
  ])('finds %s', async (kernelName, biasName) => {
    const source = memorySource({ [kernelName]: hwio, [biasName]: bias }, 'HWIO');
    const found = await readConvolution(source, 'conv1_1', ['features.0', 'block1_conv1']);
    expect(found).toEqual({ ...result, name: kernelName });
  });

  it.each(['module.', '_orig_mod.', 'module._orig_mod.'])(
    'finds the layers of a wrapped network: %s',
    async (wrapper) => {
      const names = [`${wrapper}features.0.weight`, `${wrapper}features.0.bias`] as const;
      const source = memorySource({ [names[0]]: oihw, [names[1]]: bias });
      expect(await readConvolution(source, 'conv1_1', ['features.0', 'block1_conv1'])).toEqual({
        ...result,
        name: names[0],
      });
      const both = memorySource({
        [names[0]]: { ...oihw, values: [9, 9, 9, 9] },
        'conv1_1.weight': oihw,
        'conv1_1.bias': bias,
      });
      expect((await readConvolution(both, 'conv1_1', ['features.0', 'conv1_1'])).name).toBe('conv1_1.weight');
    },
  );

  it('prefers an exact name, and an earlier candidate', async () => {
    const source = memorySource({
      'b.weight': oihw,
      'b.bias': bias,
      'a.weight': { ...oihw, values: [9, 9, 9, 9] },
      'a.bias': bias,
    });
    expect((await readConvolution(source, 'x', ['a', 'b'])).name).toBe('a.weight');
    expect((await readConvolution(source, 'x', ['missing', 'b'])).name).toBe('b.weight');
  });

  it("does not take one of two models' layers by chance", async () => {
    const source = memorySource(
      { 'm1/c/kernel': hwio, 'm1/c/bias': bias, 'm2/c/kernel': hwio, 'm2/c/bias': bias },
      'HWIO',
    );
    await expectWeightsError(() => readConvolution(source, 'c', ['c']), /'m1\/c\/kernel'.*'m2\/c\/kernel'/);
  });

  it('names what it tried and what the file has, shortened', async () => {
    const source = memorySource(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`layer${i}.weight`, oihw])));
    await expectWeightsError(
      () => readConvolution(source, 'conv1_1', ['features.0', 'block1_conv1']),
      /^memory: layer 'conv1_1': expected a kernel named like 'features\.0\.weight'.*'block1_conv1\/kernel'/,
      /got 'layer0\.weight'.*\(20 in all\)$/,
    );
  });

  it.each([
    [{ kernelSize: 3 }, /'conv1_1'.*'c\.weight' to be 3x3 from 1 to 2 channels; got 1x2 from 1 to 2/],
    [{ inputChannels: 3 }, /from 3 to 2 channels; got 1x2 from 1 to 2/],
    [{ outputChannels: 64 }, /from 1 to 64 channels; got 1x2 from 1 to 2/],
  ])('refuses a kernel that is not %o', async (expected, message) => {
    const source = memorySource({ 'c.weight': oihw, 'c.bias': bias });
    await expectWeightsError(() => readConvolution(source, 'conv1_1', ['c'], expected), message);
  });

  it('refuses a kernel that is no kernel, a wrong or missing bias, and numbers that are none', async () => {
    const read = (arrays: Parameters<typeof memorySource>[0]): Promise<unknown> =>
      readConvolution(memorySource(arrays), 'c', ['c']);
    await expectWeightsError(() => read({ 'c.weight': bias, 'c.bias': bias }), /'c\.weight' to have 4 axes.*got \[2\]/);
    await expectWeightsError(
      () => read({ 'c.weight': oihw, 'c.bias': { shape: [3], values: [1, 2, 3] } }),
      /'c\.bias' to be \[2\]; got \[3\]/,
    );
    await expectWeightsError(() => read({ 'c.weight': oihw }), /bias 'c\.bias' beside 'c\.weight'; got none/);
    await expectWeightsError(() => read({ 'c.weight': oihw, 'c.bias': { shape: [2], values: [1, NaN] } }), /finite/);
  });
});
