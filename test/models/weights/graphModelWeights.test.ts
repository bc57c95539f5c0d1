import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { describe, expect, it } from 'vitest';
import { graphModelWeights, readConvolution, type GraphModelLike } from '../../../src/models/weights/index.js';
import { expectTensorGrowth } from '../../_setup/compare.js';
import { expectWeightsError } from './_build.js';

const shape = (sides: number[]) => ({ shape: { dim: sides.map((size) => ({ size: String(size) })) } });
const float = { type: 'DT_FLOAT' };
const constant = (name: string, sides: number[]) => ({
  name,
  op: 'Const',
  attr: { dtype: float, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: shape(sides).shape } } },
});
const padding = { padding: { s: btoa('SAME') }, strides: { list: { i: ['1', '1', '1', '1'] } }, T: float };

// x -> a plain convolution and a BiasAdd -> a fused convolution whose constants have been renamed.
const node = [
  { name: 'x', op: 'Placeholder', attr: { dtype: float, ...shape([-1, -1, -1, 1]) } },
  constant('net/conv1/Conv2D/ReadVariableOp', [1, 1, 1, 2]),
  constant('net/conv1/BiasAdd/ReadVariableOp', [2]),
  { name: 'net/conv1/Conv2D', op: 'Conv2D', input: ['x', 'net/conv1/Conv2D/ReadVariableOp'], attr: padding },
  {
    name: 'net/conv1/BiasAdd',
    op: 'BiasAdd',
    input: ['net/conv1/Conv2D', 'net/conv1/BiasAdd/ReadVariableOp'],
    attr: { T: float },
  },
  constant('unknown_17', [1, 1, 2, 1]),
  constant('unknown_18', [1]),
  { name: 'kernel_copy', op: 'Identity', input: ['unknown_17'], attr: { T: float } },
  {
    name: 'net/conv2/Relu',
    op: '_FusedConv2D',
    input: ['net/conv1/BiasAdd', 'kernel_copy', 'unknown_18'],
    attr: { ...padding, num_args: { i: '1' }, fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu')] } } },
  },
];
const specs: tf.io.WeightsManifestEntry[] = [
  { name: 'net/conv1/Conv2D/ReadVariableOp', shape: [1, 1, 1, 2], dtype: 'float32' },
  { name: 'net/conv1/BiasAdd/ReadVariableOp', shape: [2], dtype: 'float32' },
  { name: 'unknown_17', shape: [1, 1, 2, 1], dtype: 'float32' },
  { name: 'unknown_18', shape: [1], dtype: 'float32' },
];

const load = () =>
  loadGraphModel(
    tf.io.fromMemory({
      modelTopology: { node, versions: {} },
      weightSpecs: specs,
      weightData: Float32Array.of(1, 2, 3, 4, 5, 6, 7).buffer,
    }),
  );

describe('graphModelWeights(model)', () => {
  it('finds the convolutions of a real GraphModel by their layers, whatever their constants are called', async () => {
    const model = await load();
    const source = graphModelWeights(model);
    const first = await readConvolution(source, 'conv1', ['conv1']);
    expect([...first.kernel, ...first.bias]).toEqual([1, 2, 3, 4]);
    const second = await readConvolution(source, 'conv2', ['conv2']);
    expect(second.name).toBe('net/conv2/kernel');
    expect([...second.kernel, ...second.bias]).toEqual([5, 6, 7]);
    model.dispose();
  });

  it('reads constants under their own names and keeps no tensors', async () => {
    const model = await load();
    await expectTensorGrowth(0, async () => {
      const source = graphModelWeights(model);
      expect((await source.entries()).get('unknown_17')).toEqual({ shape: [1, 1, 2, 1], dtype: 'float32' });
      expect(await source.read('unknown_17')).toEqual({ shape: [1, 1, 2, 1], values: Float32Array.of(5, 6) });
    });
    model.dispose();
  });

  it('refuses names that are not there, a disposed model and what is no model', async () => {
    const model = await load();
    const source = graphModelWeights(model);
    await expectWeightsError(() => source.read('nothing'), /expected one of 'net\/conv1.*got 'nothing'/);
    model.dispose();
    await expectWeightsError(() => source.read('unknown_17'), /'unknown_17'.*disposed/);
    expect(() => graphModelWeights({} as GraphModelLike)).toThrow(
      /graphModelWeights: expected a GraphModel; got an object/,
    );
  });
});
